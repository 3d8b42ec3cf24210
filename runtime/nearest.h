#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lithe {

/// The name that `name` was probably meant to be: the one with the fewest insertions, deletions,
/// substitutions and swaps of neighbours, if these are at most a third of its length; else empty.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

/// What the keys of a state_dict were probably meant to be: `Did you mean "fc.bias"?` where one is
/// unexpected, or the prefix under which all missing ones are there; or nothing.
std::string key_hint(std::span<const std::string> missing, std::span<const std::string> unexpected);

/// `; did you mean 'fc1.weight'?`, or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> known);

}  // namespace lithe
