// Damaged text forms: parsing gives a program or a lithe::Error, nothing else; what it gives
// prints and parses again. Arguments: seed and count.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "compiler/ir/program.h"
#include "runtime/error.h"
#include "tests/ir/random_graph.h"

using namespace lithe;

namespace {

constexpr std::string_view pieces[] = {
    "%x",        "@w",      "(",
    ")",         "{",       "}",
    "[",         "]",       ",",
    "=",         ":",       "\n",
    "#",         "\"",      "\\x",
    "..",        "-",       "1e999",
    "nan",       "body {",  "return",
    "graph",     "N",       "f32[",
    "%0",        ".1",      "99999999999999999999",
    "floordiv(", "input",   "constant",
    "call",      "slot",    "true",
    "floats []", "group(",  "scan(",
    "cond(",     "carries", "while_loop(",
};

std::string damaged(std::string text, std::mt19937_64& random) {
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < changes; ++i) {
        const size_t at = random() % (text.size() + 1);
        const size_t length = std::min<size_t>(random() % 8, text.size() - at);
        switch (random() % 4) {
            case 0:
                text.erase(at, length);
                break;
            case 1:
                text.insert(at, pieces[random() % std::size(pieces)]);
                break;
            case 2:
                text.insert(at, text.substr(random() % (text.size() + 1), 40));
                break;
            default:
                text.insert(at, 1, static_cast<char>(random()));
                break;
        }
    }
    return text;
}

bool try_one(uint64_t seed) {
    std::mt19937_64 random(seed);
    const std::string text = damaged(print(tests::random_program(random, 6), true), random);
    try {
        const ir::Program program = ir::parse_program(text);
        const std::string printed = print(program, true);
        if (print(ir::parse_program(printed), true) == printed) {
            verify(program, "the fuzzer");
            return true;
        }
        std::printf("seed %llu: does not read back:\n%s\n", static_cast<unsigned long long>(seed),
                    printed.c_str());
    } catch (const Error&) {
        return true;
    } catch (const std::exception& error) {
        std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), error.what());
    }
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    const uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
    const uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 3000;
    int failures = 0;
    for (uint64_t seed = first; seed < first + count; ++seed) failures += try_one(seed) ? 0 : 1;
    std::printf("%llu damaged programs, %d failures\n", static_cast<unsigned long long>(count),
                failures);
    return failures ? 1 : 0;
}
