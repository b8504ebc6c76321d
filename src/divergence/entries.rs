//! Catalogue entries of the compositions; the named f have theirs in `generator::named`.
use crate::catalogue::{Entry, Opt, OptionKind, no_defaults};

const fn entry(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    equation: &'static str,
    example: &'static str,
) -> Entry {
    Entry {
        name,
        room: "divergence",
        signature,
        doc,
        equation,
        cite: "birrell2022",
        options: &[],
        defaults: no_defaults,
        example,
    }
}

/// `two_layer`, which lives beside its own binding.
pub const TWO_LAYER: Entry = Entry {
    cite: "arbel2019",
    options: &[Opt {
        name: "activation",
        kind: OptionKind::Choice(&["relu", "tanh"]),
        doc: "nonlinearity of the hidden layer",
    }],
    defaults: || serde_json::json!({ "activation": "relu" }),
    ..entry(
        "two_layer",
        "two_layer(inputs, options)",
        "The regression loss between two-layer networks: points are neurons (w, b, a), their law is the network E[a s(w.z + b)], and the loss over the inputs z is the MMD squared of their features. Its flow, gradient_flow(0.5 * two_layer(inputs)), is gradient descent on the neurons.",
        r"E_z\left|E_P[a\,\sigma(w\cdot z+b)]-E_Q[a\,\sigma(w\cdot z+b)]\right|^2",
        "let teacher = data::gaussian(5, 4);\ngradient_flow(0.5 * two_layer(data::gaussian(50, 2)), #{ dt: 0.5, noise: 0.05 }).run(data::gaussian(20, 4, #{ std: 0.1 }), teacher, #{ steps: 5 })",
    )
};

/// Every composition, in the order of the help.
pub const ENTRIES: &[Entry] = &[
    TWO_LAYER,
    Entry {
        name: "f_divergence",
        room: "divergence",
        signature: "f_divergence(name, |x| ..., options)",
        doc: "A divergence from any convex f with f(1) = 0, written as a closure: checked, differentiated and conjugated. Its formula may have + - * / **, if, abs, sign, max and min of two or many, sqrt, exp, ln, log2, log10, log1p, expm1, sigmoid, softplus, sin, cos, atan, sinh, cosh, tanh, asinh, erf, lgamma and digamma, and functions of the script. Without a name it is called f. f may be infinite below or above some ratio, written as 1.0/0.0 (|x| if x > 3 { 1.0/0.0 } else { x*ln(x) - x + 1 }) or by a formula that ends (-ln(3 - x) + ln(2)): then D_f allows no ratio dP/dQ beyond, f* is finite everywhere, and report() says where f ends.",
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
    Entry {
        name: "penalized",
        cite: "stein2024",
        ..entry(
            "penalized",
            "f.penalized(rkhs(k), lambda)",
            "The f-divergence with a price on its critic's norm in an RKHS; for kl() it is KALE, with its factor 1 + lambda. Solved by Newton's method with a duality gap. f stands for f(x) - f'(1)(x - 1), the same f-divergence.",
            r"\sup_{h\in\mathcal H}\left\{E_P[h]-E_Q[f^*(h)]-\tfrac{\lambda}{2}\|h\|^2\right\}",
            "kl().penalized(rkhs(gaussian_kernel(1.0)), 0.01).estimate(data::gaussian(50, 2), data::ring(50))",
        )
    },
    Entry {
        cite: "",
        ..entry(
            "rkhs",
            "rkhs(k)",
            "The reproducing kernel Hilbert space of a kernel.",
            r"\mathcal H_k",
            "chi2().penalized(rkhs(laplace_kernel(1.0)), 0.1)",
        )
    },
    Entry {
        cite: "gretton2012",
        options: &[Opt {
            name: "unbiased",
            kind: OptionKind::Flag,
            doc: "means over pairs of different points; may be negative",
        }],
        defaults: || serde_json::json!({ "unbiased": false }),
        ..entry(
            "mmd",
            "mmd(k, options)",
            "MMD squared, the squared norm of the difference of mean embeddings; its critic is the witness, in closed form.",
            r"MMD^2=\|\mu_P-\mu_Q\|^2_{\mathcal H}",
            "mmd(gaussian_kernel(1.0) + laplace_kernel(2.0)).estimate(data::gaussian(100, 2), data::ring(100))",
        )
    },
    Entry {
        cite: "szekely2013",
        ..entry(
            "energy",
            "energy()",
            "The energy distance, MMD squared of the kernel -|x - y|.",
            r"2E|X-Y|-E|X-X'|-E|Y-Y'|",
            "energy().estimate(data::gaussian(100, 2), data::ring(100)).value",
        )
    },
    entry(
        "w1",
        "w1()",
        "The Wasserstein-1 distance, ipm(lipschitz(1.0)).",
        r"W_1=\sup_{\mathrm{Lip}(\varphi)\le1}\{E_P[\varphi]-E_Q[\varphi]\}",
        "w1().estimate(data::gaussian(50, 2), data::ring(50), #{ critic: exact() })",
    ),
    Entry {
        cite: "peyre2019",
        ..entry(
            "w2",
            "w2()",
            "The Wasserstein-2 distance (not its square), by exact transport.",
            r"W_2=\left(\min_\pi\int|x-y|^2d\pi\right)^{1/2}",
            "w2().estimate(data::gaussian(50, 2), data::ring(50)).value",
        )
    },
    Entry {
        cite: "peyre2019",
        ..entry(
            "w2_squared",
            "w2_squared()",
            "The squared Wasserstein-2 distance, without a half.",
            r"W_2^2=\min_\pi\int|x-y|^2d\pi",
            "infconv(kl(), 0.5 * w2_squared()).estimate(data::gaussian(50, 2), data::ring(50))",
        )
    },
    Entry {
        cite: "peyre2019",
        options: &[Opt {
            name: "root",
            kind: OptionKind::Flag,
            doc: "W_p itself; false gives its p-th power, which scales and composes",
        }],
        defaults: || serde_json::json!({ "root": true }),
        ..entry(
            "wasserstein",
            "wasserstein(p, options)",
            "The Wasserstein-p distance for any p >= 1, by exact transport.",
            r"W_p=\left(\min_\pi\int|x-y|^pd\pi\right)^{1/p}",
            "wasserstein(1.5).estimate(data::gaussian(50, 2), data::ring(50)).value",
        )
    },
    Entry {
        cite: "feydy2019",
        options: &[Opt { name: "p", kind: OptionKind::Number { min: 1.0, max: 10.0 }, doc: "the cost is |x - y|^p" }],
        defaults: || serde_json::json!({ "p": 2.0 }),
        ..entry(
            "sinkhorn",
            "sinkhorn(epsilon, options)",
            "The debiased Sinkhorn divergence for the cost |x - y|^p; epsilon has the units of the cost, blur is epsilon^(1/p).",
            r"S_\varepsilon=OT_\varepsilon(P,Q)-\tfrac12OT_\varepsilon(P,P)-\tfrac12OT_\varepsilon(Q,Q)",
            "sinkhorn(0.1).estimate(data::gaussian(50, 2), data::ring(50)).value",
        )
    },
    Entry {
        cite: "birrell2023",
        ..entry(
            "renyi",
            "renyi(a).regularized(lipschitz(L))",
            "The Renyi divergence of order a, carrying 1/(a(a - 1)), regularised in its inf-convolution form, which samples do not blow up. exact() solves it for a > 1.",
            r"\sup_{g\in\Gamma,\,g<0}\left\{E_Q[g]+\tfrac{1}{\alpha-1}\ln E_P|g|^{(\alpha-1)/\alpha}\right\}+\tfrac{\ln\alpha+1}{\alpha}",
            "renyi(2.0).regularized(lipschitz(1.0)).estimate(data::gaussian(40, 2), data::ring(40), #{ critic: exact() })",
        )
    },
    Entry {
        cite: "birrell2023",
        ..entry(
            "worst_case_regret",
            "worst_case_regret().regularized(lipschitz(L))",
            "The worst-case regret: the limit of a * renyi(a).regularized(lipschitz(L / a)) as a grows.",
            r"D_\infty=\sup_{g\in\Gamma,\,g<0}\{E_Q[g]+\ln E_P|g|\}+1",
            "worst_case_regret().regularized(lipschitz(1.0)).estimate(data::gaussian(40, 2), data::ring(40), #{ steps: 50 })",
        )
    },
    entry(
        "infconv",
        "infconv(f, d)",
        "The divergence between P and its cheapest proxy: d is a multiple of w1(), w2_squared(), wasserstein(p, #{ root: false }) or mmd(k). The order of the arguments does not matter.",
        r"\inf_\mu\{D(P,\mu)+D_f(\mu\|Q)\}",
        "infconv(kl(), 2.0 * w2_squared()).estimate(data::gaussian(40, 2), data::ring(40))",
    ),
    Entry {
        cite: "chizat2018",
        ..entry(
            "unbalanced",
            "unbalanced(f, d) | unbalanced(g, f, d)",
            "Unbalanced transport: both marginals are free, at the price D_g against P and D_f against Q (one f serves both). d is a multiple of w1() or of a power w2_squared(), wasserstein(p, #{ root: false }). Between a few hundred points a network flow closes its bounds; more are solved entropically, with true bounds. f stands for f(x) - f'(1)(x - 1), at a kink with the middle slope: the same between equal masses, not between others.",
            r"\min_{\pi\ge0}\langle c,\pi\rangle+D_g(\pi_1\|P)+D_f(\pi_2\|Q)",
            "unbalanced(kl(), w2_squared()).estimate(data::gaussian(60, 2), data::ring(60))",
        )
    },
    Entry {
        cite: "",
        ..entry(
            "symmetrised",
            "d.symmetrised()",
            "Half the divergence plus half the reversed one.",
            r"\tfrac12D(P\|Q)+\tfrac12D(Q\|P)",
            "kl().regularized(lipschitz(1.0)).symmetrised()",
        )
    },
];
