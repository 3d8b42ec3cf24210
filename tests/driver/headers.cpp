// The hash that tells programs from headers that are not theirs.
#include "compiler/driver/headers.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <fstream>

#include "tests/paths.h"

namespace lithe::tests {
namespace {

namespace fs = std::filesystem;

struct Fixture {
    fs::path folder = fs::temp_directory_path() / ("lithe_headers_" + std::to_string(getpid()));
    Fixture() { write("dsl/a.h", "a"); }
    ~Fixture() { fs::remove_all(folder); }

    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((folder / name).parent_path());
        std::ofstream(folder / name) << text;
    }
    std::string hash() const { return driver::headers_hash(folder); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(driver_headers, Fixture)

BOOST_AUTO_TEST_CASE(names_contents_and_nothing_else_count) {
    const std::string first = hash();
    BOOST_TEST(first.size() == 16U);
    write("dsl/a.cpp", "not a header");
    write("dsl/op_list.h", "written by the build");
    write("dsl/include/lithe/lithe.h", "elsewhere when it is installed");
    write("tests/b.h", "of no model");
    write("compiler/lower/c.h", "inside of the compiler");
    BOOST_TEST(hash() == first);
    write("dsl/a.h", "b");
    const std::string second = hash();
    BOOST_TEST(second != first);
    fs::rename(folder / "dsl/a.h", folder / "dsl/b.h");
    BOOST_TEST(hash() != second);
    write("dsl/a.h", "a");
    fs::remove(folder / "dsl/b.h");
    BOOST_TEST(hash() == first);
    write("runtime/c.h", "");
    BOOST_TEST(hash() != first);
}

BOOST_AUTO_TEST_CASE(this_library_is_that_of_this_tree) {
    BOOST_TEST(driver::headers_hash(source_dir) == driver::built_headers_hash);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
