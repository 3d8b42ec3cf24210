#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "dsl/ivalue.h"
#include "dsl/state_dict.h"
#include "dsl/tensor.h"

// What LibTorch's `save` and `load` functions write to and read from: tensors by name, archives
// within archives. The files are those of `torch.save`, or safetensors where the name says so.

namespace lithe::nn {
class Module;
}

namespace lithe::serialize {

class OutputArchive {
public:
    /// Errors: ordered_dict.duplicate_key.
    void write(const std::string& key, const Tensor& tensor, bool is_buffer = false);
    /// A number or text becomes a tensor; the input archive gives it back as what it was.
    /// Errors: function.saved for other kinds.
    void write(const std::string& key, const IValue& value);
    /// Adds all that `nested` holds below the key.
    void write(const std::string& key, const OutputArchive& nested);
    /// Adds a state_dict with its versions.
    void write(const nn::StateDict& dict);

    /// Replaces the file in one step. Errors: file.*, safetensors.*, torch_zip.*.
    void save_to(const std::string& path) const;
    void save_to(std::ostream& stream) const;

    const nn::StateDict& content() const { return content_; }

private:
    nn::StateDict content_;
};

class InputArchive {
public:
    /// Errors: those of TorchFile and SafetensorsFile.
    void load_from(const std::string& path, const Device& device = kCPU);
    void load_from(std::istream& stream, const Device& device = kCPU);

    /// Gives the tensor of that name; one that is defined already gets its data. False where there
    /// is none.
    bool try_read(const std::string& key, Tensor& tensor, bool is_buffer = false) const;
    bool try_read(const std::string& key, InputArchive& nested) const;
    bool try_read(const std::string& key, IValue& value) const;
    /// Errors: archive.unknown_key.
    void read(const std::string& key, Tensor& tensor, bool is_buffer = false) const;
    void read(const std::string& key, InputArchive& nested) const;
    void read(const std::string& key, IValue& value) const;
    /// Names of tensors and of archives within, in the file's order.
    std::vector<std::string> keys() const;

    const nn::StateDict& content() const { return content_; }

private:
    nn::StateDict content_;
};

OutputArchive& operator<<(OutputArchive& archive, const Tensor& tensor);
OutputArchive& operator<<(OutputArchive& archive, const Tensors& tensors);
OutputArchive& operator<<(OutputArchive& archive, const nn::Module& module);
InputArchive& operator>>(InputArchive& archive, Tensor& tensor);
InputArchive& operator>>(InputArchive& archive, Tensors& tensors);
InputArchive& operator>>(InputArchive& archive, nn::Module& module);

}  // namespace lithe::serialize
