//! Metrics of a run whose samples were prepared: measured in the units of the data, as they are called there.
use crate::device::Points;
use crate::error::Result;
use crate::flow::origins::Place;
use crate::metric::Metric;
use std::sync::Arc;

/// A metric between samples that are brought back first.
struct InUnits {
    metric: Arc<dyn Metric>,
    place: Place,
}

impl Metric for InUnits {
    fn name(&self) -> &'static str {
        self.metric.name()
    }
    fn evaluate(&self, p: &Points, q: &Points) -> Result<f64> {
        self.metric.evaluate(&self.place.leave(p)?, &self.place.leave(q)?)
    }
}

/// The same metrics in the units of the data. An origin alone changes no metric.
pub(super) fn in_units(metrics: Vec<Arc<dyn Metric>>, place: &Place) -> Vec<Arc<dyn Metric>> {
    if place.prepared.is_none() {
        return metrics;
    }
    let one = |metric| Arc::new(InUnits { metric, place: place.clone() }) as Arc<dyn Metric>;
    metrics.into_iter().map(one).collect()
}
