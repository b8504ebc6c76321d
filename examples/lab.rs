use gflow::transport::{ground::*, semi::*, exact::*};
use gflow::generator::named;
use gflow::{interrupt::Interrupt, random};
use rand::Rng; use std::time::Instant;
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn main() {
    let it = Interrupt::default();
    let g = |name: &str| named::find(name).unwrap().build(if name=="alpha" {&[2.0]} else {&[]}).unwrap();
    // T2
    let x=[0.0,0.5,1.0]; let y=[0.0,0.5];
    let gr=Ground::new(&x,&y,1,Cost::new(0.5,1.0).unwrap(),&it).unwrap();
    let s=semi_relaxed(&gr,&g("kl"),None,None,1e-13,&it).unwrap();
    println!("T2 {} {} mu {:?} bits {}", s.lower, s.upper, s.mu, s.history.len());
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
