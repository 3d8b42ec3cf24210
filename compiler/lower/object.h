#pragma once

#include <string>
#include <vector>

namespace lithe::lower {

/// The functions of the C library that a kernel may call.
inline constexpr const char* libm_symbols[] = {"acos",  "acosh", "asin",  "asinh",  "atan", "atan2",
                                               "atanh", "cos",   "cosh",  "erf",    "erfc", "exp",
                                               "expm1", "fmod",  "fmodf", "lgamma", "log",  "log1p",
                                               "pow",   "sin",   "sinh",  "tan",    "tanh"};

/// Makes Halide's object fit to ship: `<name>_argv` becomes the only exported symbol, named
/// `name`; halide_do_par_for becomes lithe_do_par_for. Errors: an internal error where the object
/// asks for anything else of Halide's runtime.
std::string finish_object(const std::string& object, const std::string& name);

/// Lets an x86-64 object's prefetches, which Halide makes for the first cache, bring what they ask
/// for into the second alone: what is read much later drives nothing out of the first.
std::string prefetch_into_second_cache(std::string object);
/// The same of an assembly text.
std::string prefetch_text_into_second_cache(std::string assembly);

/// Names of the undefined and of the exported symbols of an object file.
struct Symbols {
    std::vector<std::string> undefined, exported;
};
Symbols object_symbols(const std::string& object);

}  // namespace lithe::lower
