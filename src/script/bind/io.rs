//! `io::…`
use super::module;
use crate::device::Points;
use crate::script::context::Context;
use crate::script::convert::{Native, raise, rows, text, upload};
use rhai::{Dynamic, Engine, FuncRegistration, NativeCallContext};
use std::sync::Arc;

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    module(engine, "io", |m| {
        let k = c.clone();
        FuncRegistration::new("load").set_into_module(
            m,
            move |ctx: NativeCallContext, path: Dynamic| -> Native<Points> {
                let run = || crate::io::load(&k.input_path(&text("io::load(path)", &path)?));
                run().map(|r| upload(&k, r)).map_err(|e| raise(&k, &ctx, e))
            },
        );
        let k = c.clone();
        FuncRegistration::new("save").set_into_module(
            m,
            move |ctx: NativeCallContext, p: Dynamic, path: Dynamic| -> Native<()> {
                let run =
                    || crate::io::save(&rows("io::save(points)", &p)?, &k.output_path(&text("io::save(path)", &path)?));
                run().map_err(|e| raise(&k, &ctx, e))
            },
        );
    });
}
