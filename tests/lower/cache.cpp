// Kernels by content: shared within a process, or kept in a folder.
#include "compiler/lower/cache.h"

#include <unistd.h>

#include <filesystem>

#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::string text_of(const std::string& symbol) {
    const std::string type = " : f32[" + symbol + ", 23]\n";
    return "program p\nsymbol " + symbol + " = 1..9\n\ngraph forward\n%x = input" + type +
           "%0 = sigmoid(%x)" + type + "%1 = mul(%0, %x)" + type + "return %1\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_cache)

BOOST_AUTO_TEST_CASE(no_kernel_is_compiled_twice_in_a_process) {
    const lower::SharedKernels shared;
    const CheckedProgram first(text_of("N"));
    CheckedProgram second(text_of("N")), other(text_of("M"));
    const auto kernel = [](const CheckedProgram& program) {
        BOOST_REQUIRE(program.compiled().kernels.size() == 1u);
        return program.compiled().kernels[0];
    };
    BOOST_TEST(!kernel(first).was_cached);
    for (CheckedProgram* program : {&second, &other}) {
        BOOST_TEST(kernel(*program).was_cached);
        BOOST_TEST((kernel(*program).object == kernel(first).object));
    }
    BOOST_TEST((kernel(other).symbols == std::vector<std::string>{"M"}));
    second.check({{"N", 5}}, 1e-6);
    other.check({{"M", 7}}, 1e-6);
}

BOOST_AUTO_TEST_CASE(where_a_folder_is_given_it_alone_counts) {
    const lower::SharedKernels shared;
    const auto folder =
        std::filesystem::temp_directory_path() / ("lithe_cache_" + std::to_string(getpid()));
    CompileOptions options = compile_alone();
    const CheckedProgram before(text_of("K"), options);
    options.cache_folder = folder.string();
    for (const bool is_there : {false, true}) {
        const CheckedProgram program(text_of("K"), options);
        BOOST_TEST(program.compiled().kernels[0].was_cached == is_there);
    }
    std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_SUITE_END()
