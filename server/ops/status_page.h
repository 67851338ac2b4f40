#ifndef DINO_SERVER_OPS_STATUS_PAGE_H_
#define DINO_SERVER_OPS_STATUS_PAGE_H_

#include <string_view>

namespace dino::ops {

// The files in page/.
extern const std::string_view kStatusHtml;
extern const std::string_view kStatusCss;
extern const std::string_view kStatusJs;
extern const std::string_view kChartJs;
extern const std::string_view kRowsJs;

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_STATUS_PAGE_H_
