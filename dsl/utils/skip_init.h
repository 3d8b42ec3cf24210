#pragma once

#include <utility>

#include "dsl/init.h"

namespace lithe::nn::utils {

/// A module whose parameters are not drawn: `auto fc = skip_init<nn::Linear>(1000, 1000)`. What
/// they hold is to be written before it is read, by a state_dict that is loaded or by init.
template <class Holder, class... Args>
Holder skip_init(Args&&... args) {
    const init::SkipGuard skip;
    return Holder(std::forward<Args>(args)...);
}

}  // namespace lithe::nn::utils
