#include "compiler/driver/inputs.h"

#include <charconv>
#include <map>
#include <random>

#include "runtime/error.h"
#include "runtime/safetensors.h"
#include "runtime/text.h"

namespace lithe::driver {
namespace {

Array random_array(const TensorType& type, const std::map<std::string, int64_t>& sizes,
                   std::mt19937_64& random) {
    Sizes shape;
    for (const Dim& dim : type.shape) {
        shape.push_back(dim.evaluate([&](const std::string& name) -> std::optional<int64_t> {
                               return sizes.at(name);
                           })
                            .value());
    }
    Array array = Array::empty(type.dtype, shape);
    std::normal_distribution<double> normal;
    std::uniform_int_distribution<int> digit(0, 1);  // an index into the smallest of tables
    visit(type.dtype, [&]<class T>(T) {
        for (int64_t i = 0; i < array.count(); ++i) {
            array.data<T>()[i] =
                static_cast<T>(is_floating(type.dtype) ? normal(random) : digit(random));
        }
    });
    return array;
}

Array from_file(const SafetensorsFile& file, const std::string& name, const TensorType& type) {
    const ConstTensorView* tensor = file.find(name);
    if (!tensor) {
        std::string names;
        for (const NamedTensor& other : file.tensors()) {
            names += (names.empty() ? "" : ", ") + quote(other.name);
        }
        throw UserError("driver.input", "--in: the file has no tensor '" + name + "', it has " +
                                            (names.empty() ? "none" : names));
    }
    if (tensor->dtype != type.dtype) {
        throw UserError("driver.input", "--in: '" + name + "' is " +
                                            std::string(lithe::name(tensor->dtype)) +
                                            ", the model takes " + type.str());
    }
    Array array = Array::empty(tensor->dtype, tensor->shape);
    array.copy_from(Array::wrap(const_cast<void*>(tensor->data), tensor->dtype, tensor->shape));
    return array;
}

}  // namespace

std::map<std::string, int64_t> sizes_of(const ir::Program& program, const Options& o) {
    std::map<std::string, int64_t> sizes;
    for (const ir::Symbol& symbol : program.symbols) sizes[symbol.name] = symbol.sample;
    for (const std::string& text : o.sizes) {
        const size_t at = text.find('=');
        const std::string name = text.substr(0, at);
        int64_t value = 0;
        const char* const end = text.data() + text.size();
        const bool is_number =
            at != std::string::npos &&
            std::from_chars(text.data() + at + 1, end, value) == std::from_chars_result{end, {}};
        if (!is_number || !sizes.contains(name)) {
            throw UserError("driver.sizes",
                            "--sizes: expected a named size of the inputs and its "
                            "value, like N=3; got '" +
                                text + "'");
        }
        sizes[name] = value;
    }
    return sizes;
}

Tensors make_inputs(const ir::Program& program, const Options& o) {
    const auto sizes = sizes_of(program, o);
    std::mt19937_64 random(o.seed);
    Tensors inputs;
    std::optional<SafetensorsFile> file;
    if (!o.input_file.empty()) file = SafetensorsFile::open(o.input_file);
    for (const ir::Node* input : program.graph("forward")->inputs()) {
        const std::string& name = input->attrs().get_string("name");
        inputs.push_back(Tensor::from(file ? from_file(*file, name, input->type())
                                           : random_array(input->type(), sizes, random)));
    }
    return inputs;
}

}  // namespace lithe::driver
