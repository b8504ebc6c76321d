//! The options of the rule that trains a network, as every page that has them lists them.
use crate::catalogue::{Opt, OptionKind, POSITIVE};

/// Options of every optimiser, shared by critics, estimates and flows.
pub const OPTIMIZER: &[Opt] = &[
    Opt { name: "optimizer", kind: OptionKind::Choice(&["adam", "rmsprop"]), doc: "update rule" },
    Opt { name: "lr", kind: POSITIVE, doc: "learning rate" },
    Opt {
        name: "beta1",
        kind: OptionKind::Number { min: 0.0, max: 0.9999999 },
        doc: "Adam: decay of the mean gradient",
    },
    Opt {
        name: "beta2",
        kind: OptionKind::Number { min: 0.0, max: 0.9999999 },
        doc: "Adam: decay of the squared gradient",
    },
    Opt {
        name: "decay",
        kind: OptionKind::Number { min: 0.0, max: 0.9999999 },
        doc: "RMSProp: decay of the squared gradient",
    },
    Opt { name: "epsilon", kind: POSITIVE, doc: "added to the denominator" },
    Opt { name: "reset_moments", kind: OptionKind::Flag, doc: "forget the moments at the start of every fit" },
];
