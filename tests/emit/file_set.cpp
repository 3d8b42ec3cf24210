#include <lithe/lithe.h>

#include <filesystem>

#include "compiler/compiled_model.h"
#include "tests/runtime/support.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

ir::Program program(int64_t out) {
    nn::Linear layer(3, out);
    const Subject subject = subject_of(layer);
    return trace(*subject.module, subject.forward, parse_input_specs("x:f32[N=1..4,3]"), "net");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(emit_file_set)

BOOST_AUTO_TEST_CASE(replaces_all_three_files_or_none) {
    const fs::path folder = fs::temp_directory_path() / ("lithe_emit_" + std::to_string(getpid()));
    fs::remove_all(folder);
    const EmittedFiles files = emit_files(compile(program(2), compile_options()), folder.string());
    const std::string library = content(files.library), header = content(files.header);
    BOOST_REQUIRE(!library.empty() && !header.empty() && fs::file_size(files.weights) > 0);

    fs::remove(files.weights);
    fs::create_directory(files.weights);  // nothing can be written there
    BOOST_CHECK_EQUAL(
        message_of([&] { emit_files(compile(program(5), compile_options()), folder.string()); }),
        "emit: cannot write '" + files.weights +
            "': something that is no file stands there [emit.write]");
    BOOST_TEST(content(files.library) == library);
    BOOST_TEST(content(files.header) == header);
    fs::remove(files.weights);
    emit_files(compile(program(5), compile_options()), folder.string());
    BOOST_TEST(content(files.library) != library);
    BOOST_TEST(std::distance(fs::directory_iterator(folder), {}) ==
               3);  // nothing is left beside them
    fs::remove_all(folder);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
