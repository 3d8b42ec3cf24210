#pragma once

namespace lithe::driver {

/// f32 multiply-adds of one core in GFLOP/s, measured for a few milliseconds with the widest
/// registers that this CPU has; 0 where lithe knows of none.
double multiply_add_peak();

}  // namespace lithe::driver
