// Which cache kernels ask for weights into.
#include <algorithm>
#include <string>

#include "compiler/lower/kernel.h"
#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// A product of `rows` rows with 2 MB of weights, whose tiles have eight rows.
std::string product_text(int64_t rows) {
    const std::string m = std::to_string(rows);
    return "program p\n\ngraph forward\n%x = input : f32[" + m +
           ", 512]\n%w = input : f32[23, 512, 48]\n%0 = packed_linear(%x, %w) : f32[" + m +
           ", 1100] {columns = 1100, tile_rows = 8}\nreturn %0\n";
}

struct Counts {
    int64_t first = 0, second = 0;  ///< prefetchnta, prefetcht1
};

Counts prefetches_of_object(const CheckedProgram& program) {
    Counts counts;
    for (const auto& node : program.compiled().program.graph("forward")->nodes()) {
        if (!node->body()) continue;
        const std::string object = lower::compile_kernel(*node, program.compiled().target).object;
        for (size_t at = 0; (at = object.find("\x0F\x18", at)) != std::string::npos; ++at) {
            const int level = at + 2 < object.size() ? (object[at + 2] >> 3) & 7 : 7;
            counts.first += level == 0 ? 1 : 0;
            counts.second += level == 2 ? 1 : 0;
        }
    }
    return counts;
}

bool assembly_has(const CheckedProgram& program, const std::string& name) {
    const auto& nodes = program.compiled().program.graph("forward")->nodes();
    return std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) {
        return node->body() &&
               lower::show_kernel(*node, program.compiled().target, lower::Form::assembly)
                       .find(name) != std::string::npos;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_prefetch_level)

/// What the next tiles of rows leave time for comes into the second cache; what one tile is about
/// to read into the first.
BOOST_AUTO_TEST_CASE(next_panels_come_into_the_second_cache) {
    for (const int64_t rows : {40, 8}) {
        CheckedProgram program(product_text(rows));
        if (!program.compiled().target.halide.starts_with("x86")) return;
        BOOST_TEST_CONTEXT(rows << " rows") {
            const bool is_second = rows > 8;
            const Counts counts = prefetches_of_object(program);
            BOOST_TEST((counts.second > 0) == is_second);
            BOOST_TEST((counts.first > 0) == !is_second);
            BOOST_TEST(assembly_has(program, "prefetcht1") == is_second);
            BOOST_TEST(assembly_has(program, "prefetchnta") == !is_second);
            program.check(std::map<std::string, int64_t>{}, 512 * 2.25 * 512 * 6e-8);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
