#include "tests/parity/recorded.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <boost/test/unit_test_parameters.hpp>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include "tests/parity/counter.h"
#include "tests/paths.h"

namespace lithe::tests::parity {
namespace {

double number_of(const Json& value) {
    return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
}

DType dtype_of(const Json& operand, DType dtype) {
    const std::string word = operand["dtype"];
    if (word == "i64") return DType::i64;
    if (word == "i32") return DType::i32;
    if (word == "bool") return DType::boolean;
    return dtype;
}

std::filesystem::path folder() {
    return std::filesystem::path(source_dir) / "tests" / "parity" / "data";
}

std::vector<std::string> groups() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

Sizes Case::sizes(const Json& operand, int64_t change) const {
    Sizes result;
    for (const Json& size : operand["shape"]) {
        result.push_back(size.is_string()
                             ? row_["sizes"][size.get<std::string>()].get<int64_t>() + change
                             : size.get<int64_t>());
    }
    return result;
}

Tensor Case::operand(size_t index, DType dtype, int64_t change) const {
    const Json& operand = row_["operands"][index];
    const std::string text = name() + ":x" + std::to_string(index);
    const DType type = dtype_of(operand, dtype);
    const Sizes shape = sizes(operand, change);
    if (operand.contains("values")) {
        Array array = Array::empty(DType::f64, shape);
        const Json& values = operand["values"];  // from the start again where there are too few
        for (int64_t i = 0; i < array.count(); ++i) {
            array.data<double>()[i] = number_of(values[static_cast<size_t>(i) % values.size()]);
        }
        return Tensor::from(array.to(type));
    }
    if (is_floating(type)) {
        return Tensor::from(uniform(text, shape, operand["low"], operand["high"], type));
    }
    return Tensor::from(
        integers(text, shape, operand["low"].get<int64_t>(), operand["high"].get<int64_t>(), type));
}

Tensor Case::cotangent(size_t index, const Tensor& output) const {
    return Tensor::from(uniform(name() + ":dy" + std::to_string(index),
                                constant_sizes(output.sizes()), -1, 1, output.dtype()));
}

std::string Case::input_spec(const std::vector<size_t>& operands, DType dtype,
                             bool is_symbolic) const {
    std::string spec;
    std::set<std::string> seen;
    for (const size_t index : operands) {
        const Json& operand = row_["operands"][index];
        const std::string type(lithe::name(dtype_of(operand, dtype)));
        spec += (spec.empty() ? "x" : ";x") + std::to_string(index) + ":" + type + "[";
        const Sizes shape = sizes(operand, 0);
        for (size_t i = 0; i < shape.size(); ++i) {
            const Json& size = operand["shape"][i];
            if (i) spec += ",";
            if (!size.is_string() || !is_symbolic) {
                spec += std::to_string(shape[i]);
                continue;
            }
            const std::string symbol = size;
            const int64_t low = symbol == "H" ? shape[i] - 1 : 1;
            spec += symbol;
            if (seen.insert(symbol).second)
                spec += "=" + std::to_string(low) + ".." + std::to_string(shape[i] + 8);
        }
        spec += "]";
    }
    return spec;
}

Tensor Case::expected(const std::string& name, DType dtype) const {
    const std::string key = this->name() + "/" + name;
    const ConstTensorView* view = dtype == DType::f32 ? file_->find(key + ".f32") : nullptr;
    if (!view) view = file_->find(key);
    if (!view) return {};
    const Array array = Array::wrap(const_cast<void*>(view->data), view->dtype, view->shape);
    return Tensor::from(array.clone());
}

std::vector<std::string> Case::expected_names(const std::string& prefix) const {
    std::vector<std::string> names;
    const std::string start = name() + "/" + prefix;
    for (const NamedTensor& tensor : file_->tensors()) {
        if (!tensor.name.starts_with(start) || tensor.name.ends_with(".f32")) continue;
        names.push_back(tensor.name.substr(name().size() + 1));
    }
    std::sort(names.begin(), names.end());
    return names;
}

double Case::yardstick(const std::string& name) const {
    const auto at = row_["yardsticks"].find(name);
    return at == row_["yardsticks"].end() ? 0 : at->get<double>();
}

const std::vector<Case>& recorded(const std::string& group) {
    struct Group {
        SafetensorsFile file;
        std::vector<Case> cases;
    };
    static std::map<std::string, std::unique_ptr<Group>> loaded;
    std::unique_ptr<Group>& entry = loaded[group];
    if (!entry) {
        entry.reset(
            new Group{SafetensorsFile::open((folder() / (group + ".safetensors")).string()), {}});
        for (const auto& [key, text] : entry->file.metadata()) {
            if (key != "cases") continue;
            for (Json& row : Json::parse(text))
                entry->cases.emplace_back(std::move(row), entry->file);
        }
    }
    return entry->cases;
}

std::vector<std::string> wanted_groups() {
    namespace ut = boost::unit_test;
    const auto& arguments = ut::runtime_config::argument_store();
    std::vector<std::string> filters;
    if (arguments.has(ut::runtime_config::btrt_run_filters)) {
        filters = arguments.get<std::vector<std::string>>(ut::runtime_config::btrt_run_filters);
    }
    std::erase_if(filters, [](const std::string& filter) { return filter.starts_with("!"); });
    const auto is_plain = [](const std::string& filter) {  // begins with the name of a suite
        return std::isalpha(static_cast<unsigned char>(filter[0])) != 0 &&
               filter.find('*') == std::string::npos;
    };
    std::vector<std::string> names = groups();
    if (filters.empty() || !std::ranges::all_of(filters, is_plain)) return names;
    std::erase_if(names, [&](const std::string& group) {
        return std::ranges::none_of(filters, [&](const std::string& filter) {
            return filter.find("parity_") != std::string::npos &&
                   filter.find(group) != std::string::npos;
        });
    });
    return names;
}

const std::map<std::string, std::string>& missing() {
    static const std::map<std::string, std::string> listed = [] {
        std::map<std::string, std::string> result;
        std::ifstream file(std::string(source_dir) + "/tests/parity/missing.txt");
        for (std::string line; std::getline(file, line);) {
            const size_t space = line.find(' ');
            if (line.empty() || line[0] == '#') continue;
            result[line.substr(0, space)] =
                space == std::string::npos ? "" : line.substr(space + 1);
        }
        return result;
    }();
    return listed;
}

double error_in_tolerances(const Tensor& got, const Tensor& want, double yardstick) {
    constexpr double never = std::numeric_limits<double>::infinity();
    const Array a = got.array(), b = want.array();
    if (a.sizes() != b.sizes()) return never;
    const bool is_floating_result = is_floating(b.dtype());
    if (is_floating(a.dtype()) != is_floating_result) return never;
    if (!is_floating_result && a.dtype() != b.dtype()) return never;
    double magnitude = 0;
    for (int64_t i = 0; i < b.count(); ++i) {
        if (std::isfinite(b.at(i))) magnitude = std::max(magnitude, std::abs(b.at(i)));
    }
    const double narrow = std::max(yardstick, 0x1p-23 * magnitude);
    const double tolerance =
        !is_floating_result ? 0 : 8 * narrow * (a.dtype() == DType::f64 ? 0x1p-29 : 1);
    double worst = 0;
    for (int64_t i = 0; i < b.count(); ++i) {
        const double x = a.at(i), y = b.at(i);
        if (x == y || (std::isnan(x) && std::isnan(y))) continue;
        const double error = std::abs(x - y) / tolerance;
        worst = std::max(worst, std::isnan(error) ? never : error);
    }
    return worst;
}

}  // namespace lithe::tests::parity
