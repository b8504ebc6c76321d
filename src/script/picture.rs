//! Values that are shown as pictures where they end a cell.
use super::front_end::Event;
use crate::plot::Figure;
use crate::plot::animation::Animation;
use rhai::Dynamic;

/// A figure or an animation as what the front end shows; none for other values.
pub fn picture(value: &Dynamic) -> Option<Event> {
    let flat = value.flatten_clone();
    match flat.clone().try_cast::<Figure>() {
        Some(f) => Some(Event::Figure(f)),
        None => flat.try_cast::<Animation>().map(Event::Animation),
    }
}
