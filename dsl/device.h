#pragma once

#include <cstdint>
#include <ostream>
#include <string>

namespace lithe {

/// Where a tensor lives. There is the CPU alone; the class is there so that programs which ask for
/// a device, as those for LibTorch do, compile and run.
enum class DeviceType : uint8_t { cpu, cuda };
inline constexpr DeviceType kCPU = DeviceType::cpu, kCUDA = DeviceType::cuda;

class Device {
public:
    Device(DeviceType type = kCPU, int index = -1) : type_(type), index_(index) {}
    /// `cpu`, `cuda`, `cuda:1`. Errors: device.name.
    Device(const std::string& name);
    Device(const char* name) : Device(std::string(name)) {}

    DeviceType type() const { return type_; }
    int index() const { return index_; }
    bool has_index() const { return index_ >= 0; }
    bool is_cpu() const { return type_ == kCPU; }
    bool is_cuda() const { return type_ == kCUDA; }
    std::string str() const;
    bool operator==(const Device&) const = default;

    /// Errors: device.unavailable for every device but the CPU.
    void require() const;

private:
    DeviceType type_;
    int index_;
};

std::ostream& operator<<(std::ostream& stream, const Device& device);

namespace cuda {
inline bool is_available() { return false; }
inline int device_count() { return 0; }
}  // namespace cuda

}  // namespace lithe
