//! Counts what a rendering costs and stops it at its limits.

use crate::context::RenderContext;
use crate::error::{Fault, LimitKind};
use crate::value::Val;
use std::rc::Rc;

/// Copying or comparing this many bytes costs one step.
const BYTES_PER_STEP: usize = 64;

pub(crate) struct Budget<'a> {
    pub ctx: &'a RenderContext<'a>,
    steps: u64,
    iterations: u64,
}

impl<'a> Budget<'a> {
    pub fn new(ctx: &'a RenderContext<'a>) -> Budget<'a> {
        Budget { ctx, steps: 0, iterations: 0 }
    }

    pub fn steps(&mut self, count: u64) -> Result<(), Fault> {
        self.steps = self.steps.saturating_add(count);
        if self.ctx.limits.steps_max < self.steps {
            return Err(Fault::Limit(LimitKind::Steps, self.ctx.limits.steps_max));
        }
        Ok(())
    }

    pub fn iteration(&mut self) -> Result<(), Fault> {
        self.iterations += 1;
        if self.ctx.limits.loop_iterations_max < self.iterations {
            return Err(Fault::Limit(LimitKind::LoopIterations, self.ctx.limits.loop_iterations_max));
        }
        Ok(())
    }

    /// Asks leave to hold a text of `bytes`; ask before building it.
    pub fn text(&mut self, bytes: usize) -> Result<(), Fault> {
        if self.ctx.limits.output_bytes_max < bytes as u64 {
            return Err(Fault::Limit(LimitKind::OutputBytes, self.ctx.limits.output_bytes_max));
        }
        self.steps((bytes / BYTES_PER_STEP) as u64)
    }

    /// A text a filter made, paid for.
    pub fn new_text(&mut self, text: String) -> Result<Val<'a>, Fault> {
        self.text(text.len())?;
        Ok(Val::Owned(Rc::from(text)))
    }
}
