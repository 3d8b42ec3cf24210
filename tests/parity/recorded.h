#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "dsl/tensor.h"
#include "runtime/safetensors.h"

namespace lithe::tests::parity {

using Json = nlohmann::json;

/// A row of tests/parity/cases with what PyTorch gave for it.
class Case {
public:
    Case(Json row, const SafetensorsFile& file) : row_(std::move(row)), file_(&file) {}

    std::string name() const { return row_["name"]; }
    std::string kind() const { return row_["kind"]; }
    std::string call() const { return row_["call"]; }
    const Json& row() const { return row_; }
    bool is_refused() const { return row_.contains("error"); }
    bool is_train() const { return row_.value("train", false); }
    bool has_symbols() const { return row_.contains("sizes"); }

    /// Sizes that have a name have `change` added.
    Tensor operand(size_t index, DType dtype, int64_t change = 0) const;
    Tensor cotangent(size_t index, const Tensor& output) const;
    /// `x0:f32[N=1..8,3]`, with numbers in place of names where `is_symbolic` is not set.
    std::string input_spec(const std::vector<size_t>& operands, DType dtype,
                           bool is_symbolic) const;

    /// What was recorded under a name (`y0`, `dx1`, `d.weight`, `b.running_mean`), for a dtype.
    Tensor expected(const std::string& name, DType dtype) const;
    std::vector<std::string> expected_names(const std::string& prefix) const;
    double yardstick(const std::string& name) const;

private:
    Sizes sizes(const Json& operand, int64_t change) const;

    Json row_;
    const SafetensorsFile* file_;
};

/// The cases of a group, in order. Lives as long as the program.
const std::vector<Case>& recorded(const std::string& group);
/// The groups that the filters of the command line can mean; all where there are none. To read what
/// was recorded takes longer than most suites.
std::vector<std::string> wanted_groups();

/// Names of test cases that are expected to fail (missing.txt), with the reason.
const std::map<std::string, std::string>& missing();

/// The largest error in units of the tolerance, 8 * max(yardstick, epsilon * largest magnitude);
/// infinite where type, NaN or infinities differ.
double error_in_tolerances(const Tensor& got, const Tensor& want, double yardstick);

}  // namespace lithe::tests::parity
