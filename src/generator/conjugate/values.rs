//! What the conjugate of a vector is, whatever the vector is made of.
use crate::device::Values;

/// f*(y), f*'(y) = x*, and f*''(y) where it exists (0 on flat pieces), elementwise; V is lanes or a tensor of shape `[n]`.
#[derive(Clone, Debug)]
pub struct Conjugates<V> {
    /// f*(y)
    pub value: V,
    /// f*'(y), the maximiser x*
    pub gradient: V,
    /// f*''(y)
    pub curvature: V,
}

/// f* of tensors of one device: [`crate::generator::Generator::on`] chooses.
pub trait VectorConjugate {
    /// f*, f*' and f*'' at every y, of shape `[n]`, in f32.
    fn at(&self, y: &Values) -> Conjugates<Values>;
}
