#pragma once

#include <boost/test/unit_test.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/lower/kernel.h"

namespace lithe::tests {

/// How often the loops of a kernel's statement write: the extents around every store, multiplied.
/// Sizes are constants. What stands in a vector counts once.
inline double writes_of(const std::string& statement) {
    static const std::regex loop(R"(^\s*\w+\s*(?:<\w+>)?\s*\(([\w.$]+), (-?\d+), (.+)\) \{$)");
    static const std::regex store(R"(^\s*[\w.$]+\[.*\] = )");
    std::vector<double> around{1};
    double writes = 0;
    std::istringstream lines(statement);
    for (std::string line; std::getline(lines, line);) {
        std::smatch found;
        if (std::regex_search(line, store)) writes += around.back();
        if (line.find('}') != std::string::npos && around.size() > 1) around.pop_back();
        if (line.empty() || line.back() != '{') continue;
        double extent = 1;
        if (std::regex_match(line, found, loop)) {
            const std::string text = found[3];
            BOOST_REQUIRE_MESSAGE(text.find_first_not_of("0123456789") == std::string::npos,
                                  "the extent '" << text << "' of a loop is no constant");
            extent = std::stod(text);
        }
        around.push_back(around.back() * extent);
    }
    return writes;
}

/// Of all kernels of a compiled program.
inline double writes_of(const Compiled& compiled) {
    double writes = 0;
    for (const auto& graph : compiled.program.graphs) {
        for (const auto& node : graph->nodes()) {
            if (!node->is("group")) continue;
            writes += writes_of(lower::show_kernel(*node, compiled.target, lower::Form::statement));
        }
    }
    return writes;
}

}  // namespace lithe::tests
