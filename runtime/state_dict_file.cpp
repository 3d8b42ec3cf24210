#include <cstring>

#include "runtime/file.h"
#include "runtime/safetensors.h"
#include "runtime/state_dict.h"
#include "runtime/torch_zip.h"

namespace lithe {
namespace {

/// A file and what a reader has made of it.
template <typename Reader>
struct Opened {
    MappedFile file;
    Reader reader;
};

template <typename Reader>
StateDict read(MappedFile file, const std::string& path) {
    Reader reader = Reader::parse(file.bytes(), path);
    std::vector<NamedTensor> tensors, prepared;
    for (const NamedTensor& tensor : reader.tensors()) {
        const bool is_prepared = tensor.name.starts_with(prepared_prefix);
        (is_prepared ? prepared : tensors).push_back(tensor);
    }
    const std::span<const std::byte> mapping =
        file.is_mapped() ? file.bytes() : std::span<const std::byte>();
    return {std::move(tensors),
            std::make_shared<Opened<Reader>>(Opened<Reader>{std::move(file), std::move(reader)}),
            mapping, std::move(prepared)};
}

/// A zip begins with the header of its first file. A safetensors file would begin so only with a
/// header of more than 60 MB.
bool is_zip(std::span<const std::byte> bytes) {
    return bytes.size() >= 4 && std::memcmp(bytes.data(), "PK\3\4", 4) == 0;
}
/// What torch.save wrote before there were zips begins with a pickle; its reader says so.
bool is_pickle(std::span<const std::byte> bytes) {
    return bytes.size() >= 4 && std::memcmp(bytes.data(), "\x80\x02\x8a\x0a", 4) == 0;
}

}  // namespace

StateDict open_state_dict(const std::string& path) {
    MappedFile file = MappedFile::open(path);
    const bool is_torch = is_zip(file.bytes()) || is_pickle(file.bytes());
    return is_torch ? read<TorchFile>(std::move(file), path)
                    : read<SafetensorsFile>(std::move(file), path);
}

}  // namespace lithe
