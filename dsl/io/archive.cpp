#include "dsl/io/archive.h"

#include <algorithm>
#include <istream>
#include <ostream>

#include "dsl/autograd.h"
#include "dsl/io/file_format.h"
#include "dsl/io/state_file.h"
#include "dsl/module.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe {
namespace serialize {

void OutputArchive::write(const std::string& key, const Tensor& tensor, bool /*is_buffer*/) {
    content_.insert(key, tensor.detach());
}

void OutputArchive::write(const std::string& key, const IValue& value) {
    if (value.isTensor()) return write(key, value.toTensor());
    if (value.isBool()) return write(key, full({}, value.toBool()));
    if (value.isInt()) return write(key, full({}, value.toInt()));
    if (value.isDouble()) return write(key, full({}, value.toDouble(), DType::f64));
    const std::string text = value.toStringRef();
    const Array bytes = Array::empty(DType::u8, {static_cast<int64_t>(text.size())});
    std::copy(text.begin(), text.end(), bytes.data<uint8_t>());
    write(key, Tensor::from(bytes));
}

void OutputArchive::write(const std::string& key, const OutputArchive& nested) {
    for (const auto& [name, tensor] : nested.content_) content_.insert(key + "." + name, tensor);
    for (const auto& [path, version] : nested.content_.metadata) {
        content_.metadata.set(path.empty() ? key : key + "." + path, version);
    }
}

void OutputArchive::write(const nn::StateDict& dict) {
    for (const auto& [name, tensor] : dict) content_.insert(name, tensor);
    for (const auto& [path, version] : dict.metadata) content_.metadata.set(path, version);
}

void OutputArchive::save_to(const std::string& path) const {
    save_state_dict(content_, path,
                    is_safetensors_name(path) ? StateFormat::safetensors : StateFormat::torch);
}

void OutputArchive::save_to(std::ostream& stream) const { save_state_dict(content_, stream); }

void InputArchive::load_from(const std::string& path, const Device& device) {
    device.require();
    content_ = load_state_dict(path);
}

void InputArchive::load_from(std::istream& stream, const Device& device) {
    device.require();
    content_ = load_state_dict(stream);
}

bool InputArchive::try_read(const std::string& key, Tensor& tensor, bool /*is_buffer*/) const {
    const Tensor* found = content_.find(key);
    if (!found) return false;
    if (tensor.defined()) {
        tensor.set_data(*found);
    } else {
        tensor = *found;
    }
    return true;
}

bool InputArchive::try_read(const std::string& key, InputArchive& nested) const {
    InputArchive part;
    const std::string prefix = key + ".";
    for (const auto& [name, tensor] : content_) {
        if (name.starts_with(prefix)) part.content_.insert(name.substr(prefix.size()), tensor);
    }
    for (const auto& [path, version] : content_.metadata) {
        if (path == key) part.content_.metadata.set("", version);
        if (path.starts_with(prefix))
            part.content_.metadata.set(path.substr(prefix.size()), version);
    }
    if (part.content_.empty()) return false;
    nested = std::move(part);
    return true;
}

namespace {

/// What OutputArchive made a tensor of.
IValue value_in(const Tensor& tensor) {
    const Array array = tensor.array().dense();
    if (array.rank() == 0 && array.dtype() == DType::boolean) return array.at(0) != 0;
    if (array.rank() == 0 && array.dtype() == DType::i64) return *array.data<int64_t>();
    if (array.rank() == 0 && array.dtype() == DType::f64) return array.at(0);
    if (array.rank() == 1 && array.dtype() == DType::u8)
        return std::string(array.data<char>(), array.size_bytes());
    return tensor;
}

}  // namespace

bool InputArchive::try_read(const std::string& key, IValue& value) const {
    Tensor tensor;
    if (!try_read(key, tensor)) return false;
    value = value_in(tensor);
    return true;
}

void InputArchive::read(const std::string& key, IValue& value) const {
    Tensor tensor;
    read(key, tensor);
    value = value_in(tensor);
}

void InputArchive::read(const std::string& key, Tensor& tensor, bool is_buffer) const {
    if (try_read(key, tensor, is_buffer)) return;
    throw UserError("archive.unknown_key",
                    "No such serialized tensor '" + key + "'" + did_you_mean(key, content_.keys()));
}

void InputArchive::read(const std::string& key, InputArchive& nested) const {
    if (try_read(key, nested)) return;
    throw UserError("archive.unknown_key",
                    "No such serialized submodule: '" + key + "'" + did_you_mean(key, keys()));
}

std::vector<std::string> InputArchive::keys() const {
    std::vector<std::string> names;
    for (const auto& [key, tensor] : content_) {
        std::string name = key.substr(0, key.find('.'));
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
    }
    return names;
}

OutputArchive& operator<<(OutputArchive& archive, const Tensor& tensor) {
    archive.write("0", tensor);
    return archive;
}

OutputArchive& operator<<(OutputArchive& archive, const Tensors& tensors) {
    for (size_t i = 0; i < tensors.size(); ++i) archive.write(std::to_string(i), tensors[i]);
    return archive;
}

OutputArchive& operator<<(OutputArchive& archive, const nn::Module& module) {
    module.save(archive);
    return archive;
}

InputArchive& operator>>(InputArchive& archive, Tensor& tensor) {
    archive.read("0", tensor);
    return archive;
}

InputArchive& operator>>(InputArchive& archive, Tensors& tensors) {
    tensors.clear();
    for (Tensor tensor; archive.try_read(std::to_string(tensors.size()), tensor); tensor = {}) {
        tensors.push_back(tensor);
    }
    return archive;
}

InputArchive& operator>>(InputArchive& archive, nn::Module& module) {
    module.load(archive);
    return archive;
}

}  // namespace serialize

namespace nn {

void Module::save(serialize::OutputArchive& archive) const { archive.write(state_dict()); }

void Module::load(serialize::InputArchive& archive) {
    StateDict own;
    own.metadata = archive.content().metadata;
    for (const std::string& key : state_dict().keys()) {
        if (const Tensor* tensor = archive.content().find(key)) own.insert(key, *tensor);
    }
    load_state_dict(own);
}

}  // namespace nn
}  // namespace lithe
