// Damaged safetensors files: the reader gives tensors or a UserError, nothing else; the tensors lie
// in the file or in copies, and are written and read again unchanged. Arguments: seed and count.
#include "runtime/safetensors.h"

#include <cstring>

#include "tests/fuzz/bytes.h"

namespace lithe::fuzz {

std::vector<std::string> corpus() {
    static const double data[] = {1, 2, 3, 4};
    const NamedTensor a = {"a", {data, DType::f32, {2, 2}}};
    const NamedTensor b = {"layer.\"b\"", {data, DType::f64, {}}};
    const NamedTensor c = {"c", {data, DType::boolean, {3, 0}}};
    std::vector<std::string> files;
    for (const std::vector<NamedTensor>& tensors :
         {std::vector<NamedTensor>{}, {a}, {a, b}, {c, b, a}}) {
        const std::vector<std::byte> bytes = safetensors_bytes(tensors, {{"format", "p\tt"}});
        files.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    return files;
}

void try_bytes(std::span<const std::byte> bytes) {
    const SafetensorsFile file = SafetensorsFile::parse(bytes, "fuzz");
    const std::vector<std::byte> written = safetensors_bytes(file.tensors(), file.metadata());
    const SafetensorsFile again = SafetensorsFile::parse(written, "again");
    require(again.metadata() == file.metadata(), "other metadata");
    require(again.tensors().size() == file.tensors().size(), "another number of tensors");
    for (const auto& [name, tensor] : file.tensors()) {
        const ConstTensorView* found = again.find(name);
        require(found != nullptr && file.find(name) == &tensor, "a name is not found");
        require(found->dtype == tensor.dtype && found->shape == tensor.shape, "another type");
        const auto size = static_cast<size_t>(size_bytes(tensor));
        require(size == 0 || std::memcmp(found->data, tensor.data, size) == 0, "other data");
    }
}

}  // namespace lithe::fuzz

LITHE_FUZZ_MAIN
