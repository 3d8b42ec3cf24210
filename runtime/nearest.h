#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lithe {

/// The name that `name` was probably meant to be: the one with the fewest insertions, deletions,
/// substitutions and swaps of neighbours, if these are at most a third of its length; else empty.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

/// `; did you mean 'fc1.weight'?`, or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> known);

}  // namespace lithe
