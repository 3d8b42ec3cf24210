#include <algorithm>
#include <limits>

#include "compiler/lower/families.h"
#include "compiler/lower/target.h"
#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string number(int64_t value) { return std::to_string(value); }

/// Attention of some sizes; a size 0 stands for the symbols L and S. `mask` is its type, or
/// nothing.
std::string attention_text(int64_t rows, int64_t keys, int64_t depth, int64_t width,
                           const std::string& mask, bool is_causal) {
    const std::string l = rows == 0 ? "L" : number(rows), s = keys == 0 ? "S" : number(keys);
    std::string text = "program p\n";
    if (rows == 0) text += "symbol L = 1..70\n";
    if (keys == 0) text += "symbol S = 1..90\n";
    text += "\ngraph forward\n%q = input : f32[2, 3, " + l + ", " + number(depth) +
            "]\n%k = input : f32[2, 3, " + s + ", " + number(depth) + "]\n%v = input : f32[2, 3, " +
            s + ", " + number(width) + "]\n";
    if (!mask.empty()) text += "%m = input : " + mask + "\n";
    return text + "%0 = attention(%q, %k, %v" + (mask.empty() ? "" : ", %m") + ") : f32[2, 3, " +
           l + ", " + number(width) + "] {causal = " + (is_causal ? "true" : "false") +
           ", keys = " + number(keys == 0 ? 90 : keys) + ", scale = 0.3}\nreturn %0\n";
}

/// Scores of `depth` products of at most 2.25, in an exponent; then a mean of values of at
/// most 1.5.
double tolerance_of(int64_t depth, int64_t keys) {
    return 1.5 * (2.25 * 0.3 * static_cast<double>(depth) * 1.2e-7 * 2 +
                  static_cast<double>(keys) * 6e-8 + 4e-7);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_attention)

BOOST_AUTO_TEST_CASE(awkward_sizes, *boost::unit_test::label("sampled")) {
    struct Case {
        int64_t rows, keys, depth, width;
    };
    Sample sample(11);
    for (const Case& c :
         {Case{1, 1, 1, 1}, Case{1, 65, 64, 64}, Case{5, 7, 3, 20}, Case{16, 16, 8, 16},
          Case{17, 33, 32, 32}, Case{64, 12, 40, 48}, Case{50, 77, 24, 8}, Case{64, 64, 64, 64},
          Case{21, 128, 8, 20}, Case{33, 197, 16, 40}}) {
        for (const bool is_causal : {false, true}) {
            if (!sample.takes()) continue;
            BOOST_TEST_CONTEXT(c.rows << " x " << c.keys << " x " << c.depth << " x " << c.width
                                      << " " << is_causal) {
                CheckedProgram(attention_text(c.rows, c.keys, c.depth, c.width, "", is_causal))
                    .check(std::map<std::string, int64_t>{}, tolerance_of(c.depth, c.keys));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(sizes_known_late) {
    CheckedProgram program(attention_text(0, 0, 16, 32, "f32[2, 1, 1, S]", true));
    for (const int64_t rows : {1, 15, 16, 33, 70}) {
        for (const int64_t keys : {1, 4, 13, 90}) {
            BOOST_TEST_CONTEXT(rows << " x " << keys) {
                program.check({{"L", rows}, {"S", keys}}, tolerance_of(16, keys));
            }
        }
    }
}

/// The family of the only kernel.
std::string family_of(const CheckedProgram& program) {
    for (const auto& node : program.compiled().program.graph("forward")->nodes()) {
        if (node->body()) return lower::find_family(*node, program.compiled().target).name;
    }
    return "";
}

BOOST_AUTO_TEST_CASE(writes_in_the_order_of_a_permute_behind_others) {
    for (const bool is_first : {false, true}) {
        BOOST_TEST_CONTEXT("first " << is_first) {
            const std::string heads = "f32[2, 3, 21, 32]", rows = "f32[2, 21, 3, 32]";
            std::string text = attention_text(21, 33, 48, 32, "", false);
            text.resize(text.find("return"));
            text += is_first ? "%1 = permute(%0) : " + rows +
                                   " {perm = [0, 2, 1, 3]}\n%2 = relu(%1) : " + rows + "\n"
                             : "%1 = relu(%0) : " + heads + "\n%2 = permute(%1) : " + rows +
                                   " {perm = [0, 2, 1, 3]}\n";
            CheckedProgram program(text + "return %2\n");
            program.check(std::map<std::string, int64_t>{}, tolerance_of(48, 33));
            BOOST_TEST(family_of(program) == "attention");
            int kernels = 0;
            for (const auto& node : program.compiled().program.graph("forward")->nodes())
                kernels += node->body() ? 1 : 0;
            BOOST_TEST(kernels == 1);
        }
    }
}

/// The same with a permute behind it, maybe of something elementwise.
std::string permuted_text(int64_t rows, const Sizes& perm, bool is_elementwise) {
    std::string text = attention_text(rows, 21, 8, 20, "", false);
    text.resize(text.find("return"));
    const std::string sizes[] = {"2", "3", rows == 0 ? "L" : number(rows), "20"};
    if (is_elementwise) text += "%e = neg(%0) : f32[2, 3, " + sizes[2] + ", 20]\n";
    std::string shape, order;
    for (const int64_t axis : perm) {
        shape += (shape.empty() ? "" : ", ") + sizes[axis];
        order += (order.empty() ? "" : ", ") + number(axis);
    }
    return text + "%p = permute(" + (is_elementwise ? "%e" : "%0") + ") : f32[" + shape +
           "] {perm = [" + order + "]}\nreturn %p\n";
}

/// Whether one of the kernels is of a family of attention, not of plain loops.
bool has_attention(const CheckedProgram& program) {
    const auto& nodes = program.compiled().program.graph("forward")->nodes();
    return std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) {
        return node->body() &&
               std::string(lower::find_family(*node, program.compiled().target).name)
                   .starts_with("attention");
    });
}

BOOST_AUTO_TEST_CASE(results_in_another_order, *boost::unit_test::label("slow")) {
    for (const Sizes& perm : {Sizes{0, 1, 3, 2},
                              {3, 0, 1, 2},
                              {0, 3, 1, 2},
                              {2, 0, 1, 3},
                              {0, 2, 3, 1},
                              {3, 2, 1, 0}}) {
        for (const int64_t rows : {0, 1, 3, 16, 37}) {
            BOOST_TEST_CONTEXT("last " << perm.back() << " first " << perm[0] << ", " << rows) {
                CheckedProgram program(permuted_text(rows, perm, rows % 2 == 1));
                BOOST_TEST(has_attention(program));
                for (const int64_t length : {1, 19, 70}) {
                    std::map<std::string, int64_t> sizes;
                    if (rows == 0) sizes["L"] = length;
                    program.check(sizes, tolerance_of(8, 21));
                    if (rows != 0) break;
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(few_queries, *boost::unit_test::label("sampled")) {
    struct Case {
        int64_t rows, keys, depth, width;
        const char* family = "attention_row";
    };
    Sample sample(7);
    const int64_t deepest = 16 * lower::find_target("host").lanes();
    for (const Case& c : {Case{1, 1, 4, 1}, Case{1, 16, 64, 64}, Case{2, 40, 12, 20},
                          Case{3, 17, 8, 5}, Case{4, 33, 36, 160}, Case{1, 300, deepest, 32},
                          Case{1, 9, 6, 16, "attention"}, Case{5, 9, 8, 16, "attention"}}) {
        for (const char* mask : {"", "f32[3, 1, 1]", "bool[2, 1, 1, 1]"}) {
            for (const bool is_causal : {false, true}) {
                if (!sample.takes()) continue;
                BOOST_TEST_CONTEXT(c.rows << " x " << c.keys << " x " << c.depth << " x " << c.width
                                          << " " << mask << is_causal) {
                    CheckedProgram program(
                        attention_text(c.rows, c.keys, c.depth, c.width, mask, is_causal));
                    BOOST_TEST(family_of(program) == c.family);
                    program.check(std::map<std::string, int64_t>{}, tolerance_of(c.depth, c.keys));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(few_queries_and_keys_known_late, *boost::unit_test::label("slow")) {
    CheckedProgram program(attention_text(2, 0, 16, 32, "f32[2, 1, 1, S]", false));
    for (const int64_t keys : {1, 15, 16, 17, 90})
        program.check({{"S", keys}}, tolerance_of(16, keys));
}

BOOST_AUTO_TEST_CASE(few_queries_pass_nan_and_infinities) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                    infinity = std::numeric_limits<float>::infinity();
    for (const int odd : {0, 1, 2, 3, 4}) {
        CheckedProgram program(attention_text(2, 18, 4, 16, "f32[2, 18]", false));
        std::vector<Array> in = program.inputs({});
        for (int64_t s = 5; s < 18; ++s) in[3].data<float>()[18 + s] = -infinity;
        if (odd == 0) std::fill_n(in[3].data<float>(), 18, -infinity);  // a row without keys
        if (odd == 1) in[0].data<float>()[1] = nan;
        if (odd == 2) in[2].data<float>()[20] = nan;
        if (odd == 3) in[2].data<float>()[17 * 16 + 5] = infinity;
        if (odd == 4) in[3].data<float>()[2] = infinity;
        BOOST_TEST_CONTEXT(odd) { program.check(in, tolerance_of(4, 18)); }
    }
}

BOOST_AUTO_TEST_CASE(masks_of_flags_and_of_numbers, *boost::unit_test::label("slow")) {
    for (const char* mask : {"f32[21, 19]", "bool[2, 1, 21, 19]", "bool[19]", "f32[3, 1, 1]"}) {
        BOOST_TEST_CONTEXT(mask) {
            CheckedProgram(attention_text(21, 19, 8, 16, mask, false))
                .check(std::map<std::string, int64_t>{}, tolerance_of(8, 19));
        }
    }
}

BOOST_AUTO_TEST_CASE(masked_rows_nan_and_infinities_are_as_in_the_reference) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                    infinity = std::numeric_limits<float>::infinity();
    CheckedProgram program(attention_text(20, 18, 4, 16, "f32[20, 18]", false));
    std::vector<Array> in = program.inputs({});
    for (int64_t s = 0; s < 18; ++s)
        in[3].data<float>()[3 * 18 + s] = -infinity;  // a row without keys
    for (int64_t s = 5; s < 18; ++s) in[3].data<float>()[4 * 18 + s] = -infinity;
    in[3].data<float>()[7 * 18 + 2] = infinity;
    in[0].data<float>()[9 * 4] = nan;
    in[2].data<float>()[20] = nan;
    in[2].data<float>()[18 * 16 + 5] = infinity;
    program.check(in, tolerance_of(4, 18));
}

BOOST_AUTO_TEST_CASE(a_query_whose_keys_are_all_left_out_gives_nan) {
    CheckedProgram program(attention_text(20, 18, 4, 16, "bool[20, 18]", false));
    std::vector<Array> in = program.inputs({});
    for (int64_t s = 0; s < 18; ++s) in[3].data<bool>()[3 * 18 + s] = true;
    program.check(in, tolerance_of(4, 18));
}

BOOST_AUTO_TEST_CASE(heads_are_read_and_written_where_they_lie) {
    CheckedProgram program(R"(program p
symbol B = 1..3

graph forward
%x = input : f32[B, 37, 96]
%0 = reshape(%x) : f32[B, 37, 12, 8] {shape = [B, 37, 12, 8]}
%1 = permute(%0) : f32[B, 12, 37, 8] {perm = [0, 2, 1, 3]}
%2 = slice(%1) : f32[B, 4, 37, 8] {axis = 1, begin = 0, size = 4, step = 1}
%3 = slice(%1) : f32[B, 4, 37, 8] {axis = 1, begin = 4, size = 4, step = 1}
%4 = slice(%1) : f32[B, 4, 37, 8] {axis = 1, begin = 8, size = 4, step = 1}
%5 = attention(%2, %3, %4) : f32[B, 4, 37, 8] {causal = true, keys = 37, scale = 0.3}
%6 = permute(%5) : f32[B, 37, 4, 8] {perm = [0, 2, 1, 3]}
%7 = reshape(%6) : f32[B, 37, 32] {shape = [B, 37, 32]}
return %7
)");
    BOOST_TEST(program.compiled().kernels.size() == 1u);
    for (const int64_t b : {1, 3}) program.check({{"B", b}}, tolerance_of(8, 37));
}

/// Attention over planes: values [width, keys] times weights that are turned, or a softmax over the
/// rows of scores of keys by queries.
BOOST_AUTO_TEST_CASE(weights_turned, *boost::unit_test::label("sampled")) {
    struct Case {
        int64_t rows, keys, depth, width;
    };
    Sample sample(2);
    for (const Case& c : {Case{1, 1, 1, 1}, Case{5, 7, 3, 20}, Case{17, 33, 32, 32},
                          Case{49, 49, 4, 31}, Case{50, 77, 24, 8}, Case{130, 65, 8, 64}}) {
        for (const bool is_softmax_over_rows : {false, true}) {
            if (!sample.takes()) continue;
            const std::string l = number(c.rows), s = number(c.keys), d = number(c.depth),
                              e = number(c.width);
            const std::string scores = "f32[3, " + l + ", " + s + "]",
                              turned = "f32[3, " + s + ", " + l + "]";
            std::string text = "program p\n\ngraph forward\n%q = input : f32[3, " + d + ", " + l +
                               "]\n%k = input : f32[3, " + d + ", " + s +
                               "]\n%v = input : f32[3, " + e + ", " + s + "]\n";
            if (is_softmax_over_rows) {
                text += "%0 = permute(%k) : f32[3, " + s + ", " + d + "] {perm = [0, 2, 1]}\n" +
                        "%1 = matmul(%0, %q) : " + turned + "\n%3 = softmax(%1) : " + turned +
                        " {axis = 1}\n";
            } else {
                text += "%0 = permute(%q) : f32[3, " + l + ", " + d + "] {perm = [0, 2, 1]}\n" +
                        "%1 = matmul(%0, %k) : " + scores + "\n%2 = softmax(%1) : " + scores +
                        " {axis = 2}\n%3 = permute(%2) : " + turned + " {perm = [0, 2, 1]}\n";
            }
            text += "%4 = matmul(%v, %3) : f32[3, " + e + ", " + l + "]\nreturn %4\n";
            BOOST_TEST_CONTEXT(l << " x " << s << " x " << d << " x " << e << " "
                                 << is_softmax_over_rows) {
                CheckedProgram program(text);
                program.check(std::map<std::string, int64_t>{}, tolerance_of(4 * c.depth, c.keys));
                BOOST_TEST((c.keys == 1 || has_attention(program)));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
