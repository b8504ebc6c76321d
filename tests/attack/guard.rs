//! A panic below a native call, in a block, and in the middle of a flow: an error each, and what was recorded is kept.
use crate::common::session;
use gflow::script::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn a_panic_is_an_error_of_its_cell() {
    let (mut s, recorder) = session();
    s.register("boom", 1, Arc::new(|_| panic!("on purpose"))).unwrap();
    let _ = s
        .eval(
            "1",
            "let run = mmd_flow(gaussian_kernel(1.0)).run(data::ring(9), data::ring(9), #{ steps: 3 }); let a = 7;",
        )
        .unwrap();
    let d = s.eval("2", "a += 1;\nfor i in 0..3 { let inner = boom(i); }").unwrap_err();
    assert!(d.message.contains("a fault inside gflow") && d.message.contains("on purpose (tests"), "{}", d.message);
    assert!(d.hint.is_some_and(|h| h.contains("last_run()")));
    assert_eq!(d.place.map(|p| p.line), Some(2));
    // what the block had defined is gone, what came before it is not
    assert!(!s.variables().iter().any(|v| v == "inner" || v == "i"), "{:?}", s.variables());
    recorder.take();
    let _ = s.eval("3", "a + last_run().steps").unwrap();
    assert_eq!(recorder.text(), "11");
}

/// A log density whose third step fails: the run ends there with its records.
#[test]
fn a_panic_in_a_step_keeps_the_run() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(usize::MAX);
    let hill = |v: Vec<Value>| {
        assert!(CALLS.fetch_add(1, Ordering::Relaxed) < MOST.load(Ordering::Relaxed), "the hill is gone");
        match v[..] {
            [Value::Number(x)] => Ok(Value::Number(-0.5 * x * x)),
            _ => Err("hill takes a number".into()),
        }
    };
    let (mut s, _) = session();
    s.register("hill", 1, Arc::new(hill)).unwrap();
    let run = "langevin(|x| hill(x[0]), #{ dt: 0.1 }).run(data::gaussian(20, 1), data::gaussian(20, 1), #{ steps: 6, record_every: 1 });";
    let _ = s.eval("whole", run).unwrap();
    let whole = CALLS.swap(0, Ordering::Relaxed);
    // what is asked before the first step is little beside the steps
    MOST.store(whole * 3 / 4, Ordering::Relaxed);
    let d = s.eval("broken", run).unwrap_err();
    assert!(d.message.contains("a fault inside gflow, in a step of the flow: the hill is gone"), "{}", d.message);
    MOST.store(usize::MAX, Ordering::Relaxed);
    let steps = s.call("steps", "last_run().steps").unwrap();
    assert!(matches!(steps, Value::Integer(2..=5)), "{steps:?}");
    assert_eq!(s.call("rows", "last_run().history.len()").unwrap(), steps);
    let ending = s.call("ending", "last_run().ending").unwrap();
    assert!(matches!(&ending, Value::Text(t) if t.contains("the hill is gone")), "{ending:?}");
    // and it goes on from there
    assert_eq!(s.call("on", "last_run().resume(2); last_run().steps - 2").unwrap(), steps);
}
