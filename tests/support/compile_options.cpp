#include "tests/support/compile_options.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

namespace lithe::tests {
namespace {

namespace fs = std::filesystem;

std::string named_folder() {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    for (int i = 1; i + 1 < suite.argc; ++i) {
        if (suite.argv[i] == std::string("--kernels")) return suite.argv[i + 1];
    }
    return {};
}

/// Removed with what is in it when the process ends, unless it has a name.
struct Folder {
    std::string path = named_folder();
    const bool is_own = path.empty();
    Folder() {
        if (!is_own) return;
        path = (fs::temp_directory_path() / ("lithe_kernels_" + std::to_string(getpid()))).string();
        fs::remove_all(path);  // of a process before that had the same number and was killed
    }
    ~Folder() {
        std::error_code error;
        if (is_own) fs::remove_all(path, error);
    }
};

}  // namespace

const std::string& kernel_folder() {
    static const Folder folder;
    return folder.path;
}

}  // namespace lithe::tests
