use gflow::matrix::{Cholesky, times};
use gflow::space::{kernel::*, kernel_sum::*};
use gflow::critic::newton::*;
use gflow::generator::named;
use gflow::{interrupt::Interrupt, random};
use rand::Rng; use std::time::Instant;
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn main() {
    let it = Interrupt::default();
    let n = 240;
    let mut r = random::rng(1, 0);
    let q: Vec<f64> = (0..2*n).map(|_| r.sample::<f64, _>(rand_distr::StandardNormal)).collect();
    let p: Vec<f64> = (0..2*n).map(|_| 0.3+r.sample::<f64, _>(rand_distr::StandardNormal)).collect();
    let w = vec![1.0/n as f64; n];
    let k = Kernel::Gaussian(0.3);
    let t = |name: &str, f: &mut dyn FnMut()| { f(); let s = Instant::now(); for _ in 0..20 { f(); } println!("{name} {:.3} ms", s.elapsed().as_secs_f64()*50.0); };
    let m = matrix(&k, &q, &q, 2);
    t("matrix", &mut || { std::hint::black_box(matrix(&k, &q, &q, 2)); });
    t("sum", &mut || { std::hint::black_box(KernelSum::<f64>::new(&k, &p, 2, Some(&w)).at(&q, &it).unwrap()); });
    let mut a = m.clone(); (0..n).for_each(|i| a[i*n+i] += 0.1);
    t("cholesky", &mut || { std::hint::black_box(Cholesky::new(a.clone(), n)); });
    let c = Cholesky::new(a.clone(), n).unwrap();
    t("solve", &mut || { std::hint::black_box(c.solve(&w)); });
    t("times", &mut || { std::hint::black_box(times(&m, &w)); });
    let on_q = KernelSum::<f64>::new(&k, &p, 2, Some(&w)).at(&q, &it).unwrap().0;
    let own: f64 = KernelSum::<f64>::new(&k, &p, 2, Some(&w)).at(&p, &it).unwrap().0.iter().sum::<f64>() / n as f64;
    let f = named::find("kl").unwrap().build(&[]).unwrap();
    let d = Dual { f: &f, mass: Mass::Free, k: &m, on_q: &on_q, own, b: &w, lambda: 1e-3, tolerance: 1e-7 };
    let s = newton(&d, None, &it).unwrap();
    println!("steps {} gap {:e}", s.iterations, s.upper - s.lower);
    let p2: Vec<f64> = p.iter().map(|v| v + 0.003).collect();
    let on_q2 = KernelSum::<f64>::new(&k, &p2, 2, Some(&w)).at(&q, &it).unwrap().0;
    let d2 = Dual { on_q: &on_q2, ..d };
    let s2 = newton(&d2, Some(&s.alpha), &it).unwrap();
    println!("warm steps {} gap {:e}", s2.iterations, s2.upper - s2.lower);
    t("warm newton", &mut || { std::hint::black_box(newton(&d2, Some(&s.alpha), &it).unwrap()); });
}
