//! The samples of a run as its flow meets them.
use super::holdout;
use super::options::RunOptions;
use super::splitting;
use crate::device::Points;
use crate::error::Result;
use crate::flow::labels::Labels;
use crate::flow::origins::{Inside, Origins, Prepared};
use crate::flow::recipe::Recipe;
use crate::prepare::Transform;
use crate::ranks::{Splits, Spread};
use crate::space::origin::looked_at;
use burn::tensor::Device;
use std::sync::Arc;

/// Both samples as they were given and as the flow has them.
pub(super) struct Met {
    pub source: Spread,
    pub target: Spread,
    /// those of the target that the flow is given
    pub labels: Option<Labels>,
    pub origins: Origins,
    pub inside: Inside,
}

impl Met {
    /// Samples all of whose rows are here.
    ///
    /// # Errors
    /// What the recipe says of them, a share to hold out that leaves nothing, a transform of another dimension.
    pub fn whole(
        recipe: &dyn Recipe,
        device: &Device,
        (source, target): (Points, Points),
        prepare: Option<Arc<Transform>>,
        (labels, options): (Option<&Labels>, &RunOptions),
    ) -> Result<Met> {
        recipe.check(&source, &target)?;
        let (given, labels) = holdout::given(&target, labels, options)?;
        let prepare = prepare.map(|by| Ok(Prepared { by, source: recipe.prepares_source(&source, &given)? }));
        let origins = Origins::after(prepare.transpose()?, recipe.moves(&source, &given), &source, &given)?;
        let inside = origins.enter(&source, &given, device)?;
        Ok(Met { source: source.into(), target: target.into(), labels, origins, inside })
    }

    /// Those of a run that was saved, about the origins that it had; and who is to have which rows, where ranks are to have some alone.
    ///
    /// # Errors
    /// As [`Met::whole`]; those of the team.
    pub fn again(
        recipe: &dyn Recipe,
        device: &Device,
        (source, target): (Points, Points),
        prepare: Option<Transform>,
        (origins, (labels, options)): (Origins, (Option<&Labels>, &RunOptions)),
    ) -> Result<(Met, Option<Splits>)> {
        let (given, of_given) = holdout::given(&target, labels, options)?;
        let prepared =
            prepare.map(|t| Ok(Prepared { by: Arc::new(t), source: recipe.prepares_source(&source, &given)? }));
        let origins = Origins { prepared: prepared.transpose()?, ..origins };
        let plain = labels.is_none() && origins.prepared.is_none();
        let (source, target) = (Spread::from(source), Spread::from(target));
        let found = plain.then(|| splitting::splits(recipe, device, (&source, &target), options)).flatten();
        let Some(to) = found else {
            let inside = origins.enter(&source.here, &given, device)?;
            return Ok((Met { source, target, labels: of_given, origins, inside }, None));
        };
        let (source, target) = (source.split_as(&to.source)?, target.split_as(&to.target)?);
        let inside = origins.enter_all(&source, &target, device)?;
        Ok((Met { source, target, labels: None, origins, inside }, Some(to)))
    }

    /// Samples of which every rank is to have some rows.
    ///
    /// # Errors
    /// What the recipe says of them; those of the team.
    pub fn apart(recipe: &dyn Recipe, device: &Device, (source, target): (Spread, Spread), to: &Splits) -> Result<Met> {
        splitting::check(recipe, &source, &target)?;
        let (source, target) = (source.split_as(&to.source)?, target.split_as(&to.target)?);
        // the rows by which origins are found
        let few = |sample: &Spread| sample.pick(looked_at(sample.rows()));
        let (p, q) = (few(&source)?, few(&target)?);
        let origins = Origins::of(recipe.moves(&p, &q), &p, &q)?;
        let inside = origins.enter_all(&source, &target, device)?;
        Ok(Met { source, target, labels: None, origins, inside })
    }
}
