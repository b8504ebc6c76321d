//! Where tensors live: the embedded CPU backend, or a GPU through wgpu, chosen at run time.
use crate::error::{Error, Result};
use burn::tensor::{Device, Tensor, TensorData};
use burn_cubecl::cubecl::config::{CubeClRuntimeConfig, RuntimeConfig, cache::CacheConfig};
use std::cell::Cell;
use std::sync::OnceLock;

pub mod ops;

/// Particles, rows of shape [n, d], f32.
pub type Points = Tensor<2>;
/// One value per particle, shape [n].
pub type Values = Tensor<1>;

/// What a user asks for with `--device`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A hardware GPU if there is one, else the CPU.
    Auto,
    Cpu,
    /// wgpu on whatever adapter there is, software drivers included.
    Wgpu,
}

/// The names `--device` accepts.
pub const CHOICES: &[&str] = &["auto", "cpu", "wgpu"];

impl std::str::FromStr for Choice {
    type Err = Error;
    fn from_str(s: &str) -> Result<Choice> {
        match s {
            "auto" => Ok(Choice::Auto),
            "cpu" => Ok(Choice::Cpu),
            "wgpu" => Ok(Choice::Wgpu),
            _ => {
                let reason = match crate::catalogue::nearest(s, CHOICES.iter().copied()) {
                    Some(n) => format!("unknown; did you mean `{n}`?"),
                    None => format!("unknown; the devices are {}", CHOICES.join(", ")),
                };
                Err(Error::Device { name: s.into(), reason })
            }
        }
    }
}

/// A chosen device and what it is.
#[derive(Clone, Debug)]
pub struct Compute {
    pub device: Device,
    /// "cpu" or "wgpu"
    pub name: &'static str,
    /// for people: threads, or adapter, driver and API
    pub description: String,
}

/// Keeps graphics libraries from complaining on stderr about a desktop session that is not there.
///
/// # Safety
/// Changes the environment: to be called first in `main`, before any thread exists.
pub unsafe fn silence_drivers() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: no other thread reads the environment yet, by the contract above
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
}

/// What wgpu found; asked for once, because a second initialisation of the same adapter is an error.
#[derive(Clone)]
struct Adapter {
    device: Device,
    hardware: bool,
    description: String,
}

static ADAPTER: OnceLock<std::result::Result<Adapter, String>> = OnceLock::new();

/// What the first runs learn about a GPU goes to the user's cache folder, unless a cubecl.toml or the environment names another place
/// than the default one.
fn keep_tuning() {
    let mut config = CubeClRuntimeConfig::from_current_dir().override_from_env();
    if matches!(config.environment.path, CacheConfig::Target) {
        config.environment.path = CacheConfig::Global;
    }
    if config.environment.name == "default" {
        config.environment.name = "gflow".into();
    }
    CubeClRuntimeConfig::try_set(config);
}

fn adapter() -> std::result::Result<Adapter, String> {
    ADAPTER
        .get_or_init(|| {
            keep_tuning();
            let start = std::panic::catch_unwind(|| Device::wgpu_options().init_with_setup());
            match start {
                Ok(Ok((device, setup))) => {
                    let info = setup.adapter.get_info();
                    let kind = format!("{:?}", info.device_type);
                    let hardware = !matches!(kind.as_str(), "Cpu" | "Other");
                    let description =
                        format!("{} ({:?}, {kind}; {} {})", info.name, info.backend, info.driver, info.driver_info);
                    Ok(Adapter { device, hardware, description })
                }
                Ok(Err(e)) => Err(e.to_string()),
                Err(_) => Err("the graphics driver failed while starting".into()),
            }
        })
        .clone()
}

fn cpu() -> Compute {
    let threads = crate::threads::count();
    Compute { device: host(), name: "cpu", description: format!("embedded CPU backend, {threads} threads") }
}

/// Whether a graphics processor could be behind the drivers: on Linux one has a node in /dev, elsewhere we must ask.
fn hardware_possible() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let render = std::fs::read_dir("/dev/dri")
        .into_iter()
        .flatten()
        .flatten()
        .any(|e| e.file_name().to_string_lossy().starts_with("renderD"));
    render
        || ["/dev/nvidiactl", "/dev/dxg", "/dev/mali0", "/dev/kgsl-3d0"]
            .iter()
            .any(|p| std::path::Path::new(p).exists())
}

/// Opens a device. `auto` never picks a software adapter and never fails.
pub fn open(choice: Choice) -> Result<Compute> {
    match choice {
        Choice::Cpu => Ok(cpu()),
        Choice::Wgpu => match adapter() {
            Ok(a) => Ok(Compute { device: a.device, name: "wgpu", description: a.description }),
            Err(reason) => Err(Error::Device { name: "wgpu".into(), reason }),
        },
        // starting the graphics runtime leaves a thread of it that polls for ever, a seventh of a processor: where there
        // can be no hardware, it is not started
        Choice::Auto if !hardware_possible() => Ok(cpu()),
        Choice::Auto => Ok(match adapter() {
            Ok(a) if a.hardware => Compute { device: a.device, name: "wgpu", description: a.description },
            _ => cpu(),
        }),
    }
}

/// Lines for `gflow info`: every device and whether it works.
pub fn survey() -> Vec<(String, String)> {
    let wgpu = match adapter() {
        Ok(a) if a.hardware => a.description,
        Ok(a) => format!("{} (software: used only with --device wgpu)", a.description),
        Err(e) => format!("not available: {e}"),
    };
    vec![("cpu".into(), cpu().description), ("wgpu".into(), wgpu)]
}

/// The CPU, where tensors live in host memory.
pub fn host() -> Device {
    Device::flex()
}

/// Whether tensors of this device live in host memory, so that rows may be split over threads.
pub fn is_cpu(device: &Device) -> bool {
    *device == host()
}

/// Rows in row-major order as points on a device.
pub fn points(rows: Vec<f32>, n: usize, d: usize, device: &Device) -> Points {
    Tensor::from_data(TensorData::new(rows, [n, d]), device)
}

thread_local! {
    static WAITS: Cell<usize> = const { Cell::new(0) };
}

/// How often this thread has waited for numbers of a device. A step should not: its launches could not run ahead.
pub fn waits() -> usize {
    WAITS.get()
}

fn wait_for(device: &Device) {
    if !is_cpu(device) {
        WAITS.set(WAITS.get() + 1);
    }
}

/// The rows of points in row-major order.
pub fn rows(points: &Points) -> Result<Vec<f32>> {
    wait_for(&points.device());
    points.try_to_vec_as::<f32>().map_err(Error::read)
}

/// The rows in f64, for exact solvers and figures.
pub fn rows_f64(points: &Points) -> Result<Vec<f64>> {
    Ok(rows(points)?.into_iter().map(f64::from).collect())
}

/// The values of a vector on the host.
pub fn values(v: &Values) -> Result<Vec<f32>> {
    wait_for(&v.device());
    v.try_to_vec_as::<f32>().map_err(Error::read)
}

/// The only value of a vector.
pub fn number(v: &Values) -> Result<f64> {
    wait_for(&v.device());
    v.clone().try_into_scalar::<f32>().map(f64::from).map_err(Error::read)
}

/// Errors unless both samples are non-empty, finite and of one dimension.
pub fn check_samples(what: &str, p: &Points, q: &Points) -> Result<()> {
    let ([_, d], [_, e]) = (p.dims(), q.dims());
    if d != e {
        return Err(Error::Shape {
            what: what.into(),
            expected: "two samples of one dimension".into(),
            got: format!("dimensions {d} and {e}"),
        });
    }
    check_sample(what, "the first sample", p)?;
    check_sample(what, "the second sample", q)
}

/// Errors unless a sample is non-empty and finite.
pub fn check_sample(what: &str, name: &str, points: &Points) -> Result<()> {
    let [n, d] = points.dims();
    if n == 0 || d == 0 {
        return Err(Error::data(what, format!("{name} is empty")));
    }
    let rows = rows(points)?;
    match rows.iter().position(|v| !v.is_finite()) {
        Some(i) => Err(Error::data(what, format!("{name} has {} in row {}, column {}", rows[i], i / d, i % d))),
        None => Ok(()),
    }
}
