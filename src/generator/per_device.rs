//! Things that are made once for a device.
use burn::tensor::Device;
use std::sync::Mutex;

/// What was made for one device.
#[derive(Debug)]
pub struct PerDevice<T>(Mutex<Option<(Device, T)>>);

impl<T> Default for PerDevice<T> {
    fn default() -> Self {
        PerDevice(Mutex::new(None))
    }
}

impl<T: Clone> PerDevice<T> {
    /// What was made for this device before, or is now.
    pub fn get(&self, device: &Device, make: impl FnOnce() -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match kept.as_ref() {
            Some((d, made)) if d == device => made.clone(),
            _ => kept.insert((device.clone(), make())).1.clone(),
        }
    }
}
