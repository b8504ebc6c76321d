//! A notebook file, format 4: what is not ours in it stays as it is.
use serde_json::{Map, Value, json};
use std::path::Path;

/// The most bytes that a notebook may have, its pictures included.
const LONGEST: u64 = 1 << 30;

/// The content of the file.
pub struct Notebook(Value);

impl Notebook {
    /// Reads a file; the error says what is wrong with it.
    pub fn read(path: &Path) -> Result<Notebook, String> {
        let fail = |e: String| format!("cannot read {}: {e}", path.display());
        let file = std::fs::File::open(path).map_err(|e| fail(e.to_string()))?;
        let bytes = gflow::input::read_bytes(file, LONGEST).map_err(fail)?;
        let value: Value =
            serde_json::from_slice(&bytes).map_err(|e| format!("{} is no notebook: {e}", path.display()))?;
        let format = value["nbformat"].as_u64().unwrap_or(0);
        if format != 4 {
            return Err(format!(
                "{} has notebook format {format}, expected 4 (`jupyter nbconvert --to notebook` converts older ones)",
                path.display()
            ));
        }
        if !value["cells"].is_array() {
            return Err(format!("{} is no notebook: it has no list of cells", path.display()));
        }
        Ok(Notebook(value))
    }

    /// Indices of the cells that run.
    pub fn code_cells(&self) -> Vec<usize> {
        let cells = self.0["cells"].as_array().map_or(&[] as &[Value], Vec::as_slice);
        (0..cells.len()).filter(|i| cells[*i]["cell_type"] == "code").collect()
    }

    /// The text of a cell, kept as one text or as lines.
    pub fn source(&self, index: usize) -> String {
        match &self.0["cells"][index]["source"] {
            Value::String(s) => s.clone(),
            Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
            _ => String::new(),
        }
    }

    /// Outputs of a cell.
    pub fn set_outputs(&mut self, index: usize, outputs: Vec<Value>) {
        self.0["cells"][index]["outputs"] = json!(outputs);
    }
    /// The number under which a cell ran.
    pub fn set_count(&mut self, index: usize, count: Option<usize>) {
        self.0["cells"][index]["execution_count"] = json!(count);
    }

    /// Names the kernel it was run with.
    pub fn stamp(&mut self) {
        if !self.0["metadata"].is_object() {
            self.0["metadata"] = json!(Map::new());
        }
        self.0["metadata"]["kernelspec"] = json!({ "display_name": "gflow", "language": "rhai", "name": "gflow" });
        self.0["metadata"]["language_info"] = crate::language::info();
    }

    /// Writes the file, with the indentation of Jupyter.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let mut text = vec![];
        let format = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut writer = serde_json::Serializer::with_formatter(&mut text, format);
        serde::Serialize::serialize(&self.0, &mut writer).map_err(|e| e.to_string())?;
        text.push(b'\n');
        gflow::io::write_atomically(path, &text).map_err(|e| e.to_string())
    }
}
