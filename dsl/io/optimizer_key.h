#pragma once

#include <string>
#include <utility>

namespace lithe::optim {

/// Where an optimizer's state, which `caller` reads, is none.  Errors: optim.load_state_dict.
[[noreturn]] void fail_load(const std::string& caller, const std::string& text);

/// The key `state.12.exp_avg`, which begins with `start`, `state.`, as (12, exp_avg).
/// Errors: optim.load_state_dict.
std::pair<size_t, std::string> indexed(const std::string& caller, const std::string& key,
                                       const std::string& start);

}  // namespace lithe::optim
