#pragma once

#include <concepts>
#include <utility>

#include "dsl/called.h"

namespace lithe::nn {

/// Calls a module that no holder keeps (a member by value, `std::make_shared<Net>()`) so that its
/// hooks fire and traces see the call, as `holder(x)` does.
template <std::derived_from<Module> M, class... Args>
auto call(M& module, Args&&... args) {
    return detail::call_module(
        module,
        [&module](auto&&... values) -> decltype(auto) {
            return module.forward(std::forward<decltype(values)>(values)...);
        },
        std::forward<Args>(args)...);
}

}  // namespace lithe::nn
