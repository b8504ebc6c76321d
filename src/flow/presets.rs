//! Named algorithms as settings of the particle flow.
use super::integrators::Scheme;
use super::options::{Dt, FlowOptions};
use crate::divergence::kernels::{Mmd, Penalized};
use crate::divergence::transport::Wasserstein;
use crate::divergence::{Combination, Divergence, Ipm};
use crate::error::Result;
use crate::generator::Generator;
use crate::space::Lipschitz;
use crate::space::kernel::Kernel;
use std::sync::Arc;

/// The options a preset begins with.
pub fn preset(name: &str) -> FlowOptions {
    let base = FlowOptions::default();
    match name {
        "mmd_flow" => FlowOptions { dt: Dt::Fixed(0.1), ..base },
        "kale_flow" => FlowOptions { dt: Dt::Fixed(1e-3), ..base },
        "jko" => FlowOptions { dt: Dt::Fixed(TAU), integrator: Scheme::Implicit, ..base },
        _ => base,
    }
}

/// The same as data, for the catalogue.
pub fn preset_defaults(name: &str) -> serde_json::Value {
    serde_json::to_value(preset(name)).unwrap_or_default()
}

const TAU: f64 = 0.5;
/// λ of KALE flows unless told otherwise.
pub const LAMBDA: f64 = 1e-2;

pub fn kale_defaults() -> serde_json::Value {
    let mut v = preset_defaults("kale_flow");
    v["lambda"] = LAMBDA.into();
    v
}

pub fn jko_defaults() -> serde_json::Value {
    let mut v = preset_defaults("jko");
    v["tau"] = TAU.into();
    v
}

/// ½MMD², whose flow moves with f = E_P k − E_Q k.
pub fn half_mmd(kernel: Kernel) -> Result<Arc<dyn Divergence>> {
    Ok(Arc::new(Combination::new(vec![(0.5, Arc::new(Mmd { kernel, unbiased: false }))])?))
}

/// KALE, with its factor 1 + λ.
pub fn kale(kl: Arc<Generator>, kernel: Kernel, lambda: f64) -> Result<Arc<dyn Divergence>> {
    Ok(Arc::new(Penalized::new(kl, kernel, lambda)?))
}

/// ½W₂², whose flow moves every particle straight to where its mass goes.
pub fn half_w2_squared() -> Result<Arc<dyn Divergence>> {
    Ok(Arc::new(Combination::new(vec![(0.5, Arc::new(Wasserstein { power: 2.0, root: false }))])?))
}

/// W₁ by its Lipschitz dual.
pub fn w1() -> Result<Arc<dyn Divergence>> {
    Ok(Arc::new(Ipm { space: Lipschitz::new(1.0)? }))
}
