"""Elementary functions of formulas with their first two derivatives, in 50 digits: writes functions.csv.

    python reference_functions.py > functions.csv
"""
import mpmath as mp

mp.mp.dps = 60
FUNCTIONS = {
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "log_cosh": lambda v: mp.log(mp.cosh(v)),
    "atan": mp.atan,
    "asinh": mp.asinh,
    "erf": mp.erf,
    "lgamma": lambda v: mp.log(abs(mp.gamma(v))),
    "digamma": lambda v: mp.psi(0, v),
    "trigamma": lambda v: mp.psi(1, v),
    "log1p": mp.log1p,
    "expm1": mp.expm1,
    "tanh": mp.tanh,
    "sigmoid": lambda v: 1 / (1 + mp.exp(-v)),
    "softplus": lambda v: mp.log1p(mp.exp(v)),
}
# derivatives in closed form: differences would cost digits near 0
DERIVATIVES = {
    "sinh": (mp.cosh, mp.sinh),
    "cosh": (mp.sinh, mp.cosh),
    "log_cosh": (mp.tanh, lambda v: mp.sech(v) ** 2),
    "atan": (lambda v: 1 / (1 + v * v), lambda v: -2 * v / (1 + v * v) ** 2),
    "asinh": (lambda v: 1 / mp.sqrt(1 + v * v), lambda v: -v / mp.sqrt(1 + v * v) ** 3),
    "erf": (
        lambda v: 2 / mp.sqrt(mp.pi) * mp.exp(-v * v),
        lambda v: -4 * v / mp.sqrt(mp.pi) * mp.exp(-v * v),
    ),
    "lgamma": (lambda v: mp.psi(0, v), lambda v: mp.psi(1, v)),
    "digamma": (lambda v: mp.psi(1, v), lambda v: mp.psi(2, v)),
    "trigamma": (lambda v: mp.psi(2, v), lambda v: mp.psi(3, v)),
    "log1p": (lambda v: 1 / (1 + v), lambda v: -1 / (1 + v) ** 2),
    "expm1": (mp.exp, mp.exp),
    "tanh": (lambda v: mp.sech(v) ** 2, lambda v: -2 * mp.tanh(v) * mp.sech(v) ** 2),
    "sigmoid": (
        lambda v: 1 / (1 + mp.exp(-v)) / (1 + mp.exp(v)),
        lambda v: -mp.tanh(v / 2) / (1 + mp.exp(-v)) / (1 + mp.exp(v)),
    ),
    "softplus": (lambda v: 1 / (1 + mp.exp(-v)), lambda v: 1 / (1 + mp.exp(-v)) / (1 + mp.exp(v))),
}
SIZES = [1e-12, 1e-5, 0.015625, 0.25, 0.7, 1.0, 1.5, 2.0, 3.3, 6.0, 11.0, 25.0, 40.0, 300.0]
GAMMAS = [1e-9, 1e-3, 0.3, 0.9999, 1.0, 1.25, 1.5, 2.0, 2.0001, 3.3, 9.0, 17.9, 60.0, 1e5, 1e12, -0.5, -1.75, -6.3]


def points(name):
    if name in ("lgamma", "digamma", "trigamma"):
        return [v for v in GAMMAS if v > 0 or name != "trigamma"]
    return [v for s in SIZES for v in (s, -s) if not (name == "log1p" and v <= -1)]


print("function,x,value,first,second")
for name, f in FUNCTIONS.items():
    for v in points(name):
        with mp.workdps(400):
            exact = mp.mpf(v)
            row = [f(exact)] + [d(exact) for d in DERIVATIVES[name]]
        print(",".join([name, repr(v)] + [mp.nstr(r, 20) for r in row]))
