#include "dsl/io/state_file.h"

#include <cstring>

#include "dsl/io/file_format.h"
#include "runtime/safetensors.h"
#include "runtime/state_dict.h"
#include "runtime/torch_zip.h"

namespace lithe {
namespace {

/// The entries of a dict as the writers take them; `kept` holds what they point into.
std::vector<NamedTensor> entries_of(const nn::StateDict& dict, std::vector<Array>& kept) {
    std::vector<NamedTensor> entries;
    kept.reserve(dict.size());
    for (const auto& [key, tensor] : dict) {
        kept.push_back(tensor.array().dense());
        entries.push_back({key, {kept.back().raw(), kept.back().dtype(), kept.back().sizes()}});
    }
    return entries;
}

void add_copies(nn::StateDict& dict, const std::vector<NamedTensor>& tensors) {
    for (const NamedTensor& entry : tensors) {
        if (entry.name.starts_with(prepared_prefix)) continue;
        const Array copy = Array::empty(entry.tensor.dtype, entry.tensor.shape);
        if (copy.count() > 0) std::memcpy(copy.raw(), entry.tensor.data, copy.size_bytes());
        dict.insert(entry.name, Tensor::from(copy));
    }
}

ModuleVersions versions_of(const nn::StateDict& dict) {
    return {dict.metadata.begin(), dict.metadata.end()};
}

nn::StateDict content_of(const TorchFile& file) {
    nn::StateDict dict;
    add_copies(dict, file.tensors());
    for (const auto& [module, version] : file.versions()) dict.metadata.set(module, version);
    return dict;
}

}  // namespace

void save_state_dict(const nn::StateDict& dict, const std::string& path) {
    save_state_dict(dict, path,
                    is_torch_name(path) ? StateFormat::torch : StateFormat::safetensors);
}

void save_state_dict(const nn::StateDict& dict, const std::string& path, StateFormat format) {
    std::vector<Array> kept;
    const std::vector<NamedTensor> entries = entries_of(dict, kept);
    if (format == StateFormat::torch) {
        save_torch_zip(path, entries, versions_of(dict));
    } else {
        save_safetensors(path, entries, {{"format", "pt"}});
    }
}

void save_state_dict(const nn::StateDict& dict, std::ostream& stream) {
    std::vector<Array> kept;
    write_stream(stream, torch_zip_bytes(entries_of(dict, kept), versions_of(dict)));
}

void save_state_dict(const nn::Module& module, const std::string& path) {
    save_state_dict(module.state_dict(), path);
}

nn::StateDict load_state_dict(const std::string& path) {
    if (has_zip_magic(path)) return content_of(TorchFile::open(path));
    nn::StateDict dict;
    add_copies(dict, SafetensorsFile::open(path).tensors());
    return dict;
}

nn::StateDict load_state_dict(std::istream& stream) {
    const std::vector<std::byte> bytes = read_stream(stream);
    if (has_zip_magic(bytes)) return content_of(TorchFile::parse(bytes, "stream"));
    nn::StateDict dict;
    add_copies(dict, SafetensorsFile::parse(bytes, "stream").tensors());
    return dict;
}

nn::IncompatibleKeys load_state_dict(nn::Module& module, const std::string& path,
                                     const nn::LoadOptions& options) {
    return module.load_state_dict(load_state_dict(path), options);
}

}  // namespace lithe
