#include "runtime/host_tensor.h"

#include <new>

namespace lithe {
namespace {
constexpr std::align_val_t alignment{64};
}

AlignedMemory::AlignedMemory(size_t size_bytes)
    : memory_(static_cast<std::byte*>(::operator new(size_bytes + 2 * margin_bytes, alignment))),
      size_bytes_(size_bytes) {}

void AlignedMemory::Release::operator()(std::byte* memory) const {
    ::operator delete(memory, alignment);
}

HostTensor::HostTensor(DType dtype, std::vector<int64_t> shape)
    : memory_(static_cast<size_t>(size_bytes(dtype, shape))),
      view_{memory_.data(), dtype, std::move(shape)} {}

}  // namespace lithe
