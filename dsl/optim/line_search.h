#pragma once

#include <functional>

#include "dsl/tensor.h"

namespace lithe::optim {

/// A point on the line x + t d: the step, the loss there, its gradient, and their slope along d.
struct LinePoint {
    double step = 0;
    double loss = 0;
    Tensor gradient;
    double slope = 0;
};

struct LineSearchOptions {
    double sufficient_decrease = 1e-4;
    double curvature = 0.9;
    double tolerance_change = 1e-9;
    int64_t max_iterations = 25;
};

struct LineSearchResult {
    LinePoint point;
    int64_t evaluations = 0;
};

/// Finds a step that satisfies the strong Wolfe conditions: the loss falls enough and its slope is
/// flat enough. `evaluate` gives the point at a step, `first_step` is tried first, `direction_norm`
/// is the largest |d_i|.
///
/// Source: Nocedal, Wright, "Numerical Optimization", 2006, algorithms 3.5 and 3.6, and equation
/// 3.59 for the cubic interpolation.
LineSearchResult strong_wolfe(const std::function<LinePoint(double)>& evaluate,
                              const LinePoint& start, double first_step, double direction_norm,
                              const LineSearchOptions& options);

}  // namespace lithe::optim
