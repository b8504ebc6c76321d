use gflow::transport::{ground::*, semi::*, exact::*};
use gflow::generator::named;
use gflow::{interrupt::Interrupt, random};
use rand::Rng; use std::time::Instant;
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn main() {
    kernels();
    let it = Interrupt::default();
    let g = |name: &str| named::find(name).unwrap().build(if name=="alpha" {&[2.0]} else {&[]}).unwrap();
    // T2
    let x=[0.0,0.5,1.0]; let y=[0.0,0.5];
    let gr=Ground::new(&x,&y,1,Cost::new(0.5,1.0).unwrap(),&it).unwrap();
    let s=semi_relaxed(&gr,&g("kl"),None,None,1e-13,&it).unwrap();
    println!("T2 {} {} mu {:?} bits {}", s.lower, s.upper, s.mu, s.history.len());
    {
        use gflow::transport::sinkhorn::*;
        for n in [1000usize,5000] { for (power, rel) in [(2.0,0.01),(2.0,0.001),(1.0,0.01)] { for tol in [1e-4,1e-6] {
            let mut r=random::rng(2,n as u64);
            let p:Vec<f64>=(0..2*n).map(|_|r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
            let q:Vec<f64>=(0..2*n).map(|_|1.0+r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
            let cost=Cost::new(1.0,power).unwrap();
            let big=largest(&p,&q,2,&cost);
            let a=vec![1.0/n as f64;n];
            let pr=Problem{x:&p,y:&q,d:2,cost,a:&a,b:&a,rows:Side::Fixed,columns:Side::Fixed};
            let t=Instant::now();
            let s=sinkhorn(&pr,&SinkhornOptions{epsilon:rel*big,tolerance:tol,iterations:5000},None,&it).unwrap();
            println!("sinkhorn n {n} p {power} eps {rel} tol {tol}: its {} err {:.1e} {} {:.1} ms, {:.2} ms/it", s.iterations, s.error, s.converged, t.elapsed().as_secs_f64()*1e3, t.elapsed().as_secs_f64()*1e3/s.iterations as f64);
        }}}
        let n=300;
        let mut r=random::rng(2,n as u64);
        let p:Vec<f64>=(0..2*n).map(|_|r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
        let q:Vec<f64>=(0..2*n).map(|_|1.0+r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
        let a=vec![1.0/n as f64;n];
        for name in ["kl","reverse_kl","tv","hellinger","js","chi2","jeffreys","le_cam"] {
            let f=g(name);
            let cost=Cost::new(1.0,1.0).unwrap();
            let pr=Problem{x:&p,y:&q,d:2,cost,a:&a,b:&a,rows:Side::Fixed,columns:Side::Free(&f)};
            let t=Instant::now();
            let s=sinkhorn(&pr,&SinkhornOptions{epsilon:0.02,tolerance:1e-6,iterations:5000},None,&it).unwrap();
            println!("semi {name}: its {} err {:.1e} {} {:.1} ms", s.iterations, s.error, s.converged, t.elapsed().as_secs_f64()*1e3);
        }
    }
    for n in [20usize,120,500,1000,2000] {
        let mut r=random::rng(1,n as u64);
        let p:Vec<f64>=(0..2*n).map(|_|3.0+r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
        let q:Vec<f64>=(0..2*n).map(|_|0.5*r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
        for name in ["kl","reverse_kl","tv","hellinger","js","chi2","jeffreys","le_cam"] {
            let gr=Ground::new(&p,&q,2,Cost::new(1.0,1.0).unwrap(),&it).unwrap();
            let t=Instant::now();
            let s=semi_relaxed(&gr,&g(name),None,None,1e-9,&it).unwrap();
            println!("n {n} {name}: {:.10} gap {:.1e} levels {} pivots {} {:.1} ms", s.upper, s.upper-s.lower, s.history.len()+5, s.pivots, t.elapsed().as_secs_f64()*1e3);
            if n>500 && name=="reverse_kl" {break;}
        }
    }
    for n in [1000usize,2000,5000] {
        let mut r=random::rng(2,n as u64);
        let p:Vec<f64>=(0..2*n).map(|_|r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
        let q:Vec<f64>=(0..2*n).map(|_|r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
        for power in [1.0,2.0]{
        let t=Instant::now();
        let e=exact(&p,&q,2,power,&it).unwrap();
        println!("exact n {n} p {power}: {} gap {:.1e} {:.1} ms", e.cost, e.cost-e.dual, t.elapsed().as_secs_f64()*1e3);}
    }
}
#[allow(dead_code)]
pub fn kernels() {
    use gflow::space::{kernel::*, kernel_sum::*};
    let it = Interrupt::default();
    let median=|f:&dyn Fn()->f64|{ let mut t:Vec<f64>=(0..9).map(|_|{let s=Instant::now(); std::hint::black_box(f()); s.elapsed().as_secs_f64()*1e3}).collect(); t.sort_by(f64::total_cmp); t[4]};
    for (n,d) in [(10000usize,2usize),(10000,3),(10000,64)] {
        let mut r=random::rng(2,n as u64);
        let p:Vec<f64>=(0..d*n).map(|_|r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
        let q:Vec<f64>=(0..d*n).map(|_|1.0+r.sample::<f64,_>(rand_distr::StandardNormal)).collect();
        for k in [Kernel::Gaussian(1.0),Kernel::Laplace(1.0),Kernel::Imq(1.0),Kernel::Energy,Kernel::RationalQuadratic(1.0,1.0),Kernel::Gaussian(1.0).plus(Kernel::Gaussian(2.0))] {
            let s=KernelSum::<f32>::new(&k,&q,d,None);
            let (h,g)=s.at(&p[..100*d],&it).unwrap();
            let (h2,g2)=KernelSum::<f64>::new(&k,&q,d,None).at(&p[..100*d],&it).unwrap();
            let e=h.iter().zip(&h2).map(|(a,b)|(a-b).abs()/b.abs()).fold(0.0,f64::max);
            let eg=g.iter().zip(&g2).map(|(a,b)|(a-b).abs()).fold(0.0,f64::max)/g2.iter().map(|v|v.abs()).fold(0.0,f64::max);
            println!("kernel {} d {d} n {n}: {:.2} ms  err {e:.1e} grad {eg:.1e}", k.describe(), median(&||s.at(&p,&it).unwrap().0[0]));
        }
    }
}
