#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clang/Tooling/Tooling.h"
#include "tools/reflect/reporter.h"

namespace lithe::reflect {

struct ReflectOptions {
    std::string output;
    std::string depfile;  ///< empty: none
    std::vector<std::string> skipped_prefixes;
    Reporter::Options reporter;
};

/// Parses one source, checks it and writes its registrations.
std::unique_ptr<clang::FrontendAction> make_action(const ReflectOptions& options);

}  // namespace lithe::reflect
