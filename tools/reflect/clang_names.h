#pragma once

namespace clang {}

// This tool speaks of nothing but Clang's declarations and expressions.
namespace lithe::reflect {
using namespace clang;  // NOLINT(google-build-using-namespace)
}
