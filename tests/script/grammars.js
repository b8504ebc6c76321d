// Every script through the mode of CodeMirror, on a stream like its own: each character is passed once, nothing stays open.
const fs = require("fs");
const path = require("path");
const root = path.join(__dirname, "../..");
const source = fs.readFileSync(path.join(root, "editors/jupyter/labextension/static/remoteEntry.js"), "utf8");
const { mode } = new Function(`${source}; return _JUPYTERLAB["gflow-highlight"];`)();

class Stream {
  constructor(line) {
    this.string = line;
    this.pos = 0;
    this.start = 0;
  }
  sol() { return this.pos === 0; }
  eol() { return this.pos >= this.string.length; }
  peek() { return this.string.charAt(this.pos) || undefined; }
  next() { return this.pos < this.string.length ? this.string.charAt(this.pos++) : undefined; }
  eatSpace() {
    const from = this.pos;
    while (/\s/.test(this.string.charAt(this.pos))) this.pos += 1;
    return this.pos > from;
  }
  skipToEnd() { this.pos = this.string.length; }
  current() { return this.string.slice(this.start, this.pos); }
  match(pattern, consume) {
    if (typeof pattern === "string") {
      if (!this.string.startsWith(pattern, this.pos)) return null;
      if (consume !== false) this.pos += pattern.length;
      return true;
    }
    const found = this.string.slice(this.pos).match(pattern);
    if (found && found.index > 0) return null;
    if (found && consume !== false) this.pos += found[0].length;
    return found;
  }
}

function read(text) {
  let state = mode.startState();
  const tokens = [];
  for (const line of text.split("\n")) {
    const stream = new Stream(line);
    while (!stream.eol()) {
      stream.start = stream.pos;
      const kind = mode.token(stream, state);
      if (stream.pos <= stream.start) throw new Error(`stands still in ${line} at ${stream.pos}`);
      tokens.push([kind, stream.current()]);
      state = mode.copyState(state);
    }
  }
  return { tokens, state };
}

let count = 0;
for (const folder of ["scripts", "benches"]) {
  for (const name of fs.readdirSync(path.join(root, folder)).filter(n => n.endsWith(".rhai"))) {
    const { tokens, state } = read(fs.readFileSync(path.join(root, folder, name), "utf8"));
    if (state.stack.length || state.comment) throw new Error(`${name} leaves ${JSON.stringify(state)} open`);
    const unknown = tokens.filter(([kind, t]) => kind === null && !/^[\s,;:]*$/.test(t));
    if (unknown.length) throw new Error(`${name}: ${JSON.stringify(unknown)}`);
    count += 1;
  }
}
const known = [
  ["let x = 1;", "keyword", "let"],
  ["gpa(kl(), #{ dt: 0.1 })", "variableName.standard", "gpa"],
  ["gpa(kl(), #{ dt: 0.1 })", "propertyName", "dt"],
  ["data::ring(3)", "variableName.standard", "data"],
  ["`a ${p.len()} b` let", "keyword", "let"],
  ["`a\n${p.len()}\nb` let", "keyword", "let"],
  ["`a ${p.len()} b`", "propertyName.function", "len"],
  ["/* a /* b */ c */ let", "keyword", "let"],
  ["0..n", "variableName", "n"],
  ["'\"' let", "keyword", "let"],
  ["%%rust\nlet", "meta", "%%rust"],
  ["#\"a \"b\" \\\"# let", "keyword", "let"],
  ["##\"a \"# \n b\"## let", "keyword", "let"],
];
for (const [text, kind, token] of known) {
  const { tokens } = read(text);
  if (!tokens.some(([k, t]) => k === kind && t === token)) throw new Error(`${text}: ${JSON.stringify(tokens)}`);
}
console.log(`${count} scripts are right`);
