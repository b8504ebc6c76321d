"""Values of NumPy for numbers.rs: a script and the numbers it gives, a line each, with a tab between."""
import numpy as np

V = [3.5, -1.25, 2.0, 7.75, 0.1, 2.0, -4.0]
W = [1.0, 2.5, -0.5, 9.0, 0.3, 4.0, -2.0]
BIG = [1e9 + 0.25, 1e9 + 0.75, 1e9 + 4.0]
P = np.array([[1.0, 2.0, 0.5], [4.0, -1.0, 2.0], [0.0, 3.5, 1.0], [2.0, 2.0, -3.0]])
A = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.25], [0.5, -0.25, 2.0]])
B = [1.0, -2.0, 0.5]
v, w, big = map(np.array, (V, W, BIG))


def upward(m):
    """Columns with their largest entry above 0."""
    at = np.abs(m).argmax(0)
    return m * np.sign(m[at, range(m.shape[1])])


q, r = np.linalg.qr(P)
signs = np.sign(np.diag(r))
u, s, vt = np.linalg.svd(P, full_matrices=False)
turned = upward(u) / u
cases = [
    (f"std({V})", v.std()),
    (f"std({V}, #{{ ddof: 1 }})", v.std(ddof=1)),
    (f"variance({V})", v.var()),
    (f"variance({BIG}, #{{ ddof: 1 }})", big.var(ddof=1)),
    (f"median({V})", np.median(v)),
    (f"median({V + [9.0]})", np.median(V + [9.0])),
    (f"quantile({V}, 0.3)", np.quantile(v, 0.3)),
    (f"quantile({V}, [0, 0.25, 0.5, 0.9, 1])", np.quantile(v, [0, 0.25, 0.5, 0.9, 1])),
    (f"cov({V}, {W})", np.cov(v, w)[0, 1]),
    (f"cov({V}, {W}, #{{ ddof: 0 }})", np.cov(v, w, ddof=0)[0, 1]),
    (f"corr({V}, {W})", np.corrcoef(v, w)[0, 1]),
    (f"argsort({V})", np.argsort(v, kind="stable")),
    (f"[argmin({V}), argmax({V})]", [v.argmin(), v.argmax()]),
    (f"cumsum({V})", np.cumsum(v)),
    (f"unique({V})", np.unique(v)),
    (f"[count({V}, 2), count({V}, |x| x > 0), count({V} > 1)]", [2, (v > 0).sum(), (v > 1).sum()]),
    (f"points({P.tolist()}).cov()", np.cov(P.T)),
    (f"points({P.tolist()}).cov(#{{ ddof: 0 }})", np.cov(P.T, ddof=0)),
    (f"points({P.tolist()}).corr()", np.corrcoef(P.T)),
    (f"[points({P.tolist()}).min(), points({P.tolist()}).max()]", [P.min(0), P.max(0)]),
    (f"points({P.tolist()}).map(|x| sum(x))", P.sum(1)),
    (f"points({P.tolist()}).map(|x| [x[0], x[1]^2])", np.c_[P[:, 0], P[:, 1] ** 2]),
    (f"points({P.tolist()}).filter(|x| x[0] > 0)", P[P[:, 0] > 0]),
    (f"points({P.tolist()}).rows(1..3)", P[1:3]),
    (f"linalg::solve({A.tolist()}, {B})", np.linalg.solve(A, B)),
    (f"linalg::solve({A.tolist()}, {A.tolist()})", np.eye(3)),
    (f"linalg::inverse({A.tolist()})", np.linalg.inv(A)),
    (f"linalg::det({A.tolist()})", np.linalg.det(A)),
    (f"linalg::eigh({A.tolist()}).values", np.linalg.eigh(A)[0]),
    (f"linalg::eigh({A.tolist()}).vectors", upward(np.linalg.eigh(A)[1])),
    (f"linalg::svd({P.tolist()}).s", s),
    (f"linalg::svd({P.tolist()}).u", upward(u)),
    (f"linalg::svd({P.tolist()}).vt", vt * turned[0][:, None]),
    (f"linalg::qr({P.tolist()}).q", q * signs),
    (f"linalg::qr({P.tolist()}).r", r * signs[:, None]),
    ("[round(2.675, 2), round(-1.005, 2), round(1234.567, -2), round(0.5)]", [round(2.675, 2), round(-1.005, 2), 1200.0, 1.0]),
    ("round([0.12345, 9.99999], 3)", np.round([0.12345, 9.99999], 3)),
]
with open(__file__.replace("reference_numbers.py", "numbers.tsv"), "w") as out:
    for script, value in cases:
        numbers = " ".join(repr(float(x)) for x in np.asarray(value, dtype=float).ravel())
        out.write(f"{script}\t{numbers}\n")
