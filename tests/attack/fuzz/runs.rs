//! Saved runs, sealed again after one of their parts was changed: the checksums say nothing, and what is said must be borne
//! out by what is there.
use super::engine::Target;
use super::files::File;
use super::mutate::Mutator;
use crate::common::{cpu, session_in};
use gflow::device::Compute;
use gflow::flow::Run;
use gflow::io::{MANIFEST, Manifest};
use std::path::Path;

const PARTS: [&str; 2] = ["run.json", "arrays.npz"];

/// Flows that keep different things; small, so that many of them are read.
const FLOWS: [&str; 4] = [
    "gpa(kl().regularized(lipschitz(1.0)), #{ integrator: \"ab2\", critic: mlp([4]) })",
    "kale_flow(gaussian_kernel(1.0), #{ dt: 0.01 })",
    "w2_fe(#{ generator: mlp([4]), persistent: 2 })",
    "latent(gpa(alpha(2).regularized(lipschitz(1.0)), #{ critic: mlp([4]) }), pca(1))",
];

/// One part of a run is the input; the other is that of the first flow, of the same flow for its own seeds.
pub struct Saved {
    folder: File,
    compute: Compute,
    /// the place of the part that changes
    part: usize,
    /// both parts of every flow
    whole: Vec<[Vec<u8>; 2]>,
}

/// Both parts of a run of every flow.
fn whole(folder: &Path) -> Vec<[Vec<u8>; 2]> {
    let (mut session, _) = session_in(Some(folder.to_path_buf()), &[]);
    let mut read = |i: usize, flow: &str| {
        let options = "#{ steps: 2, record_every: 1, snapshots: 2, seed: 1 }";
        let script = format!("{flow}.run(data::gaussian(4, 2), data::ring(3), {options}).save(\"run{i}\")");
        let _ = session.eval("t", &script).unwrap_or_else(|d| panic!("{flow}: {}", d.message));
        PARTS.map(|part| std::fs::read(folder.join(format!("run{i}")).join(part)).unwrap())
    };
    FLOWS.iter().enumerate().map(|(i, flow)| read(i, flow)).collect()
}

impl Saved {
    /// Whose `run.json` (0) or `arrays.npz` (1) changes.
    pub fn new(part: usize) -> Saved {
        let folder = tempfile::tempdir().unwrap();
        Saved { folder: File::new("run"), compute: cpu(), part, whole: whole(folder.path()) }
    }
    /// The other part of the flow that an input was made from: the one whose beginning is most like it.
    fn other(&self, input: &[u8]) -> &[u8] {
        let like = |w: &&[Vec<u8>; 2]| w[self.part].iter().zip(input).take_while(|(a, b)| a == b).count();
        &self.whole.iter().max_by_key(like).unwrap()[1 - self.part]
    }
}

impl Target for Saved {
    fn name(&self) -> &'static str {
        ["runs", "arrays"][self.part]
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        self.whole.iter().map(|w| w[self.part].clone()).collect()
    }
    fn words(&self) -> &'static [&'static str] {
        if self.part == 1 {
            return &[
                "PK\u{1}\u{2}",
                "PK\u{3}\u{4}",
                ".npy",
                "\u{0}\u{0}\u{c0}\u{7f}",
                "(",
                ")",
                "'shape': ",
                "4, ",
                "\u{0}",
            ];
        }
        &[
            "null",
            "true",
            "false",
            "[]",
            "{}",
            "\"\"",
            "-1",
            "0",
            "1e300",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "\"kind\"",
            "\"flow\"",
            "\"steps\"",
            "\"history\"",
            "\"labels\": {\"source\": [1], \"target\": [0]}, ",
            "\"step\": 3, ",
            "\"auto\"",
            "\"gan\"",
        ]
    }
    /// Members have their checksums again.
    fn mend(&self, _: &mut Mutator, mut input: Vec<u8>) -> Vec<u8> {
        if self.part == 1 {
            checksums(&mut input);
        }
        input
    }
    // networks and their moments are there several times, and what is read again is written again to be compared
    fn allowance(&self, input: usize) -> usize {
        2048 * input + (16 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let mut parts = [(PARTS[self.part], input.to_vec()), (PARTS[1 - self.part], self.other(input).to_vec())];
        parts.sort_by_key(|(name, _)| PARTS.iter().position(|p| p == name));
        let folder = self.folder.path();
        for (name, bytes) in &parts {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        std::fs::write(folder.join(MANIFEST), Manifest::of("gflow run, form 6", &parts).text()).unwrap();
        match Run::load(folder, &self.compute.device) {
            Ok(run) => {
                let [n, d] = run.state.particles.dims();
                assert!(n > 0 && d > 0 && run.history.len() <= input.len() * 8, "a run of {n} particles in {d}");
                "a run".into()
            }
            Err(e) => {
                let said = e.to_string();
                let (length, begins) = (said.chars().count(), said.chars().take(300).collect::<String>());
                assert!(length < 1000, "an error message of {length} characters: {begins}");
                said.split('`').step_by(2).collect()
            }
        }
    }
}

/// The checksums of stored members become those of their bytes, in the directory and in front of each.
fn checksums(zip: &mut [u8]) {
    let number =
        |b: &[u8], at: usize| b.get(at..at + 4).map_or(0, |n| u32::from_le_bytes([n[0], n[1], n[2], n[3]]) as usize);
    let entries: Vec<usize> =
        (0..zip.len().saturating_sub(46)).filter(|i| zip[*i..].starts_with(b"PK\x01\x02")).collect();
    for entry in entries {
        let (size, local) = (number(zip, entry + 20), number(zip, entry + 42));
        let names = number(zip, local.saturating_add(26));
        let from = local.saturating_add(30 + (names & 0xFFFF) + (names >> 16));
        let Some(bytes) = zip.get(from..from.saturating_add(size)) else { continue };
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let sum = crc.sum().to_le_bytes();
        for at in [entry + 16, local + 14] {
            if let Some(place) = zip.get_mut(at..at + 4) {
                place.copy_from_slice(&sum);
            }
        }
    }
}
