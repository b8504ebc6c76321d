#[global_allocator]
static ALLOC: mimalloc::MiMalloc = mimalloc::MiMalloc;
use gflow::*; use std::sync::Arc; use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let mode = a[1].as_str();
    let c = device::open(device::Choice::Cpu).unwrap();
    let g = Arc::new(generator::named::find("kl").unwrap().build(&[]).unwrap());
    let d: Arc<dyn divergence::Divergence> = Arc::new(divergence::Regularized { generator: g, space: space::Lipschitz::new(1.0).unwrap() });
    let up = |r: dataset::Rows| device::points(r.data, r.n, r.d, &c.device);
    if mode == "time" {
        for n in [200usize, 1000, 10000] { for act in [critic::mlp::Activation::Relu, critic::mlp::Activation::Groupsort] {
            let q = up(dataset::ring::ring(n, &dataset::ring::RingOptions{std:0.3,..Default::default()}, &mut random::rng(1,0)).unwrap());
            let p = up(dataset::gaussian::gaussian(n, 2, &Default::default(), &mut random::rng(1,1)).unwrap());
            let b = critic::mlp::MlpBuilder::new(vec![32,32,32], critic::mlp::MlpOptions{activation: act, ..Default::default()}).unwrap();
            let r = flow::gradient_flow::FlowRecipe{preset:"gpa", divergence:d.clone(), options: Default::default(), critic: Arc::new(b)};
            let mut f = r.start(&q, 0).unwrap();
            let mut s = flow::State{particles:p, previous:None, time:0.0, step:0};
            let mut ts=vec![]; use flow::Flow;
            for k in 0..(if n==10000 {30} else {200}) { let t=Instant::now(); let (s2,_r)=f.step(s).unwrap(); s=s2; if k>4 {ts.push(t.elapsed().as_secs_f64()*1e3);} }
            ts.sort_by(f64::total_cmp); println!("N={n} {act:?} median {:.3} min {:.3}", ts[ts.len()/2], ts[0]);
        }}
    } else {
        let mut lr=1e-3; let mut inner=5; let mut act=critic::mlp::Activation::Groupsort; let mut steps=400; let mut pi=1; let mut w=vec![32,32,32]; let mut name="tempered".to_string(); let mut b1=0.9; let mut cons=critic::mlp::Constraint::Spectral; let mut warm=0;
        for kv in &a[2..] { let (k,v)=kv.split_once('=').unwrap(); match k { "lr"=>lr=v.parse().unwrap(),"inner"=>inner=v.parse().unwrap(),"steps"=>steps=v.parse().unwrap(),"pi"=>pi=v.parse().unwrap(),"b1"=>b1=v.parse().unwrap(),"warm"=>warm=v.parse().unwrap(),"f"=>name=v.into(),"w"=>w=v.split(',').map(|x|x.parse().unwrap()).collect(),
            "act"=>act=serde_json::from_value(serde_json::json!(v)).unwrap(), "cons"=>cons=serde_json::from_value(serde_json::json!(v)).unwrap(), _=>panic!() } }
        let d: Arc<dyn divergence::Divergence> = if name=="tempered" { use generator::expr::*; let f=add(&mul(&x(),&ln(&x())), &scale(0.1,&pow(&sub(&x(),&constant(1.0)),&constant(2.0))));
            let g=generator::Generator::new("tempered",f).unwrap(); println!("{}", g.report()); Arc::new(divergence::Regularized{generator:Arc::new(g), space: space::Lipschitz::new(1.0).unwrap()}) }
            else { let g=generator::named::find(&name).unwrap().build(&[2.0][..generator::named::find(&name).unwrap().parameters]).unwrap(); println!("{}", g.report()); Arc::new(divergence::Regularized{generator:Arc::new(g), space: space::Lipschitz::new(1.0).unwrap()}) };
        for seed in 0..5u64 {
            let n=1000; let o=dataset::ring::RingOptions{std:0.2,..Default::default()};
            let q = up(dataset::ring::ring(n, &o, &mut random::rng(seed,0)).unwrap());
            let fresh = up(dataset::ring::ring(n, &o, &mut random::rng(seed,7)).unwrap());
            let p = up(dataset::gaussian::gaussian(n, 2, &Default::default(), &mut random::rng(seed,1)).unwrap());
            let mut b = critic::mlp::MlpBuilder::new(w.clone(), critic::mlp::MlpOptions{activation: act, power_iterations: pi, constraint: cons, ..Default::default()}).unwrap();
            b.optimizer.lr=lr; b.optimizer.beta1=b1;
            let r = flow::gradient_flow::FlowRecipe{preset:"gpa", divergence:d.clone(), options: flow::gradient_flow::FlowOptions{inner_steps:inner, warm_up: warm, ..Default::default()}, critic: Arc::new(b)};
            let f = r.start(&q, seed).unwrap();
            let t=Instant::now();
            let mut run = flow::run::Run::new(Box::new(f), p, q.clone(), flow::run::RunOptions{steps, ..Default::default()}).unwrap();
            let e = run.advance(steps, &Default::default(), &mut |_| {});
            let el=t.elapsed().as_secs_f64();
            let t=Instant::now();
            let w2 = metric::by_name("w2").unwrap().evaluate(&run.state.particles, &q).unwrap(); let tw=t.elapsed().as_secs_f64();
            let w2f = metric::by_name("w2").unwrap().evaluate(&run.state.particles, &fresh).unwrap();
            let w0 = metric::by_name("w2").unwrap().evaluate(&fresh, &q).unwrap();
            let c0 = up(dataset::ring::ring_centers(8, 4.0).unwrap());
            let m = metric::modes::modes(&run.state.particles, &c0, 0.8).unwrap();
            let (lo,hi)=m.shares.iter().fold((1.0f64,0.0f64),|(a,b),v|(a.min(*v),b.max(*v)));
            println!("seed {seed} {} w2 {w2:.3} fresh {w2f:.3} (data-data {w0:.3}) modes {:.3}..{:.3} strays {:.3} D {:.4} bound {:?} time {el:.2}s w2time {tw:.2}", e.describe(), lo, hi, m.strays, run.history.last("divergence").unwrap(), run.flow.critics()[0].1.lipschitz_bound().unwrap());
        }
    }
}
