//! Requests that are answered at once, also while a cell runs.
use super::info;
use super::kernel::Kernel;
use super::message::Request;
use serde_json::json;

impl Kernel {
    /// A request that needs no cell to end first.
    pub async fn answer(&self, request: &Request) {
        self.iopub.status(request, "busy");
        let content = &request.content;
        let reply = match request.kind.as_str() {
            "kernel_info_request" => Some(("kernel_info_reply", info::content(&self.supervisor.device()))),
            "complete_request" => Some(("complete_reply", self.complete(content).await)),
            "inspect_request" => Some(("inspect_reply", self.inspect(content).await)),
            "is_complete_request" => Some(("is_complete_reply", self.completeness(content).await)),
            "history_request" => Some(("history_reply", self.history(content))),
            "comm_info_request" => Some(("comm_info_reply", json!({ "status": "ok", "comms": {} }))),
            "connect_request" => Some(("connect_reply", json!({ "status": "ok" }))),
            // no targets here: the other side is told that its comm is closed
            "comm_open" => {
                self.iopub.publish(request, "comm_close", json!({ "comm_id": content["comm_id"], "data": {} }));
                None
            }
            "comm_msg" | "comm_close" => None,
            "shutdown_request" => {
                self.shell.send("shutdown_reply", json!({ "status": "ok", "restart": content["restart"] }), request);
                self.leave(request).await;
                None
            }
            other => {
                eprintln!("gflow-kernel: ignored a message of the unknown type {other:?}");
                None
            }
        };
        if let Some((kind, content)) = reply {
            self.shell.send(kind, content, request);
        }
        self.idle(request);
    }
}
