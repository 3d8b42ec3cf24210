#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "tests/runtime/support.h"

namespace lithe::tests {

/// A mistake of a user's and the id of the error that answers it. The whole message is the golden
/// `tests/errors/<id>.txt`; where an id has several cases, in their order, a line `----` between.
/// `lithe_tests --run_test=errors -- --update-goldens` writes what differs.
struct ErrorCase {
    std::string id;
    std::function<void()> make_mistake;
};

/// Adds cases to the suite `errors`: one test for each id.
class ErrorCases {
public:
    ErrorCases(std::initializer_list<ErrorCase> cases);
};

/// A folder for the files of a case. Messages show it as `{folder}`.
const TemporaryFolder& error_folder();
/// The path of a file there with this content.
std::string error_file(std::string_view name, std::string_view content);

}  // namespace lithe::tests
