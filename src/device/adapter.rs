//! The graphics adapter wgpu finds.
use burn::tensor::Device;
#[cfg(feature = "gpu")]
use burn_cubecl::cubecl::config::{CubeClRuntimeConfig, RuntimeConfig, cache::CacheConfig};
use std::sync::OnceLock;

/// A folder in which nothing can be: nobody plants the socket of a desktop session in it, as in a shared temporary folder.
const NOWHERE: &str = "/dev/null/nowhere";

/// Keeps graphics libraries from complaining on stderr about a desktop session that is not there.
///
/// # Safety
/// Changes the environment: to be called first in `main`, before any thread exists.
pub unsafe fn silence_drivers() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: no other thread reads the environment yet, by the contract above
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", NOWHERE) };
    }
}

/// What wgpu found; asked for once, because a second initialisation of the same adapter is an error.
#[derive(Clone)]
pub(super) struct Adapter {
    pub device: Device,
    pub hardware: bool,
    pub description: String,
}

static ADAPTER: OnceLock<std::result::Result<Adapter, String>> = OnceLock::new();

/// What the first runs learn about a GPU goes to the user's cache folder, unless a cubecl.toml or the environment names
/// another place than the default one.
#[cfg(feature = "gpu")]
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

/// The adapter, or why there is none.
pub(super) fn adapter() -> std::result::Result<Adapter, String> {
    ADAPTER.get_or_init(start).clone()
}

#[cfg(feature = "gpu")]
fn start() -> std::result::Result<Adapter, String> {
    keep_tuning();
    match std::panic::catch_unwind(|| Device::wgpu_options().init_with_setup()) {
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
}

#[cfg(not(feature = "gpu"))]
fn start() -> std::result::Result<Adapter, String> {
    Err("gflow was built without its feature `gpu`".into())
}

/// Whether a graphics processor could be behind the drivers: on Linux one has a node in /dev, elsewhere we must ask.
pub(super) fn hardware_possible() -> bool {
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
