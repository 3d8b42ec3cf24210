// Kernels by content, kept in a folder.
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

/// A folder of this process alone.
struct Fixture {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("lithe_cache_" + std::to_string(getpid()));
    CompileOptions options = compile_alone();
    Fixture() { options.cache_folder = folder.string(); }
    ~Fixture() { std::filesystem::remove_all(folder); }
};

lower::Kernel kernel_of(const CheckedProgram& program) {
    BOOST_REQUIRE(program.compiled().kernels.size() == 1u);
    return program.compiled().kernels[0];
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lower_cache, Fixture)

BOOST_AUTO_TEST_CASE(no_kernel_is_compiled_twice) {
    const CheckedProgram first(text_of("N"), options);
    CheckedProgram second(text_of("N"), options), other(text_of("M"), options);
    BOOST_TEST(!kernel_of(first).was_cached);
    for (CheckedProgram* program : {&second, &other}) {
        BOOST_TEST(kernel_of(*program).was_cached);
        BOOST_TEST((kernel_of(*program).object == kernel_of(first).object));
    }
    BOOST_TEST((kernel_of(other).symbols == std::vector<std::string>{"M"}));
    second.check({{"N", 5}}, 1e-6);
    other.check({{"M", 7}}, 1e-6);
}

BOOST_AUTO_TEST_CASE(a_damaged_entry_is_compiled_anew) {
    const std::string object = kernel_of(CheckedProgram(text_of("N"), options)).object;
    const std::filesystem::path entry = *std::filesystem::directory_iterator(folder);
    std::filesystem::resize_file(entry, std::filesystem::file_size(entry) - 1);
    for (const bool is_whole : {false, true}) {
        const CheckedProgram program(text_of("N"), options);
        BOOST_TEST(kernel_of(program).was_cached == is_whole);
        BOOST_TEST((kernel_of(program).object == object));
    }
}

BOOST_AUTO_TEST_CASE(without_a_folder_nothing_is_kept) {
    options.cache_folder.clear();
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(!kernel_of(CheckedProgram(text_of("N"), options)).was_cached);
    }
    BOOST_TEST(!std::filesystem::exists(folder));
}

BOOST_AUTO_TEST_SUITE_END()
