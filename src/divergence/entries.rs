//! Catalogue entries of the compositions; the named f have theirs in `generator::named`.
use crate::catalogue::{Entry, Opt, OptionKind, no_defaults};

const fn entry(name: &'static str, signature: &'static str, doc: &'static str, equation: &'static str, example: &'static str) -> Entry {
    Entry { name, room: "divergence", signature, doc, equation, cite: "birrell2022", options: &[], defaults: no_defaults, example }
}

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "f_divergence",
        room: "divergence",
        signature: "f_divergence(name, |x| ..., options)",
        doc: "A divergence from any convex f with f(1) = 0, written as a closure: checked, differentiated and conjugated.",
        equation: r"D_f(P\|Q)=E_Q\left[f\left(\tfrac{dP}{dQ}\right)\right]",
        cite: "birrell2022",
        options: &[Opt { name: "shift", kind: OptionKind::Flag, doc: "subtract f(1) when it is not 0" }],
        defaults: || serde_json::json!({ "shift": false }),
        example: "let mine = f_divergence(\"tempered\", |x| x*ln(x) + 0.1*(x - 1)**2);\nprint(mine.report());\nmine.regularized(lipschitz(1.0))",
    },
    entry(
        "lipschitz",
        "lipschitz(L)",
        "The space of L-Lipschitz functions for the Euclidean norm.",
        r"\Gamma_L=\{\varphi:|\varphi(x)-\varphi(y)|\le L|x-y|\}",
        "kl().regularized(lipschitz(1.0))",
    ),
    entry(
        "regularized",
        "d.regularized(lipschitz(L))",
        "The (f,Gamma)-divergence: D_f with its critic confined to a function space; finite between any two samples.",
        r"D_f^{\Gamma}(P\|Q)=\sup_{\varphi\in\Gamma}\left\{E_P[\varphi]-\inf_\nu\{\nu+E_Q[f^*(\varphi-\nu)]\}\right\}",
        "chi2().regularized(lipschitz(2.0))",
    ),
    entry(
        "ipm",
        "ipm(lipschitz(L))",
        "The integral probability metric of a function space: for lipschitz(L) it is L times the Wasserstein-1 distance.",
        r"W^\Gamma(P,Q)=\sup_{\varphi\in\Gamma}\{E_P[\varphi]-E_Q[\varphi]\}",
        "ipm(lipschitz(1.0))",
    ),
    entry(
        "reversed",
        "d.reversed()",
        "The same divergence with P and Q exchanged: D(Q|P) as a function of the moving P.",
        r"D(Q\|P)",
        "kl().regularized(lipschitz(1.0)).reversed()",
    ),
];
