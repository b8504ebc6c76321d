# The commands people use here. `just` lists them; each line can be typed by hand as well.

# list the recipes
default:
    @just --list

# every test: the laws, the truths, the language, the figures, the kernel
test *args:
    cargo test --release --workspace {{args}}

# format, lint and document, as CI does
gates:
    cargo fmt --all -- --check
    cargo clippy --release --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS=-Dwarnings cargo doc --release --workspace --no-deps
    cargo deny --all-features check licenses bans sources

# run a script
run script *args:
    cargo run --release -- run {{script}} {{args}}

# what every submission must pass
ci:
    .ci/run

# what needs other features, other services or hours; its output is kept
ci-long:
    bash .ci/long 2>&1 | tee docs/ci-long.txt

# the attacks in their long form: random scripts and figures, damaged files and saves, faults in writing, interrupts, clients
attack:
    GFLOW_ATTACK=long cargo test --release --workspace --no-fail-fast attack:: -- --nocapture --test-threads 2
    GFLOW_ATTACK=long GFLOW_REQUIRE_JUPYTER=1 cargo test --release -p gflow-lab-kernel --test jupyter --lib

# the papers' experiments over several seeds, one table
reproduce *args:
    cargo run --release -- reproduce scripts {{args}}

# hot paths in time, and in instructions against those recorded
bench:
    cargo bench
    python3 benches/instructions.py

# gflow beside the PyTorch and JAX that are installed
peers:
    cargo run --release -- bench

# the documentation of the library in a browser
doc:
    cargo doc --release --workspace --no-deps --open

# the documentation as a site, in target/site: every code block runs, every link is followed
docs *args:
    site/build {{args}}

# the figures, the table and the notebooks that pages show, made anew; docs/made.txt has the commit
fresh:
    docs/fresh

# a wheel and an archive for machines without Rust, in dist/
wheel *args:
    packaging/wheel {{args}}

# a tag with the wheel and the archive that belong to it, such as `just release 0.1.0`
release version *args:
    packaging/release {{version}} {{args}}

# install the program and the Jupyter kernel for this user
install:
    cargo install --locked --path .
    cargo install --locked --path kernel
    gflow jupyter install
