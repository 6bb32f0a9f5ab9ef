//! Devices that machines of other architectures have soldered on: parts of systems on a chip, sensors, flash.

mod arm_timer;
mod armv7m;
mod armv7m_systick;
mod aspeed_gpio;
mod aspeed_timerctrl;
mod aspeed_wdt;
mod bcm2835_cprman;
mod cmsdk_apb_timer;
mod cmsdk_apb_uart;
mod cmsdk_apb_watchdog;
mod ds1338;
mod dw_i3c;
mod event_facility;
mod ftgmac100;
mod goldfish_pic;
mod goldfish_rtc;
mod goldfish_tty;
mod i2c_slave;
mod imx_gpio;
mod imx_gpt;
mod imx_i2c;
mod ipl;
mod lan9118_phy;
mod led;
mod m25p80;
mod m68k_irqc;
mod npcm7xx_clk;
mod npcm7xx_gpio;
mod npcm7xx_mft;
mod npcm7xx_smbus;
mod or_irq;
mod pca9552;
mod pnv_i2c;
mod ptimer;
mod sclpquiesce;
mod sdhci;
mod stm32f2xx_adc;
mod stm32f2xx_spi;
mod stm32f2xx_timer;
mod tmp105;
mod tmp421;
mod tz_mpc;
mod tz_ppc;
mod virt_ctrl;
mod xlnx_zdma;

use vmsd_schema::decode::typed::Mirror;

/// Every mirror in here, see [`super::registry`].
pub(super) fn mirrors() -> Vec<Mirror> {
    vec![
        Mirror::of::<arm_timer::ArmTimer>(),
        Mirror::of::<armv7m::Armv7m>(),
        Mirror::of::<armv7m_systick::Armv7mSystick>(),
        Mirror::of::<aspeed_gpio::AspeedGpio>(),
        Mirror::of::<aspeed_timerctrl::AspeedTimerctrl>(),
        Mirror::of::<aspeed_wdt::AspeedWdt>(),
        Mirror::of::<bcm2835_cprman::Bcm2835Cprman>(),
        Mirror::of::<bcm2835_cprman::Bcm2835CprmanClockMux>(),
        Mirror::of::<bcm2835_cprman::Bcm2835CprmanDsi0hsckMux>(),
        Mirror::of::<bcm2835_cprman::Bcm2835CprmanPll>(),
        Mirror::of::<bcm2835_cprman::Bcm2835CprmanPllChannel>(),
        Mirror::of::<cmsdk_apb_timer::CmsdkApbTimer>(),
        Mirror::of::<cmsdk_apb_uart::CmsdkApbUart>(),
        Mirror::of::<cmsdk_apb_watchdog::CmsdkApbWatchdog>(),
        Mirror::of::<ds1338::Ds1338>(),
        Mirror::of::<dw_i3c::DwI3c>(),
        Mirror::of::<event_facility::EventFacility>(),
        Mirror::of::<ftgmac100::AspeedMmi>(),
        Mirror::of::<ftgmac100::Ftgmac100>(),
        Mirror::of::<goldfish_pic::GoldfishPic>(),
        Mirror::of::<goldfish_rtc::GoldfishRtc>(),
        Mirror::of::<goldfish_tty::GoldfishTty>(),
        Mirror::of::<imx_gpio::ImxGpio>(),
        Mirror::of::<imx_gpt::ImxGpt>(),
        Mirror::of::<imx_i2c::ImxI2c>(),
        Mirror::of::<ipl::Ipl>(),
        Mirror::of::<lan9118_phy::Lan9118Phy>(),
        Mirror::of::<led::Led>(),
        Mirror::of::<m25p80::M25p80>(),
        Mirror::of::<m68k_irqc::M68kIrqc>(),
        Mirror::of::<npcm7xx_clk::Npcm7xxClockDivider>(),
        Mirror::of::<npcm7xx_clk::Npcm7xxClockPll>(),
        Mirror::of::<npcm7xx_clk::Npcm7xxClockSel>(),
        Mirror::of::<npcm7xx_gpio::Npcm7xxGpio>(),
        Mirror::of::<npcm7xx_mft::Npcm7xxMft>(),
        Mirror::of::<npcm7xx_smbus::Npcm7xxSmbus>(),
        Mirror::of::<or_irq::OrIrq>(),
        Mirror::of::<pca9552::Pca9552>(),
        Mirror::of::<pnv_i2c::PnvI2c>(),
        Mirror::of::<sclpquiesce::SclpQuiesce>(),
        Mirror::of::<sdhci::Sdhci>(),
        Mirror::of::<stm32f2xx_adc::Stm32f2xxAdc>(),
        Mirror::of::<stm32f2xx_spi::Stm32f2xxSpi>(),
        Mirror::of::<stm32f2xx_timer::Stm32f2xxTimer>(),
        Mirror::of::<tmp105::Tmp105>(),
        Mirror::of::<tmp421::Tmp421>(),
        Mirror::of::<tz_mpc::TzMpc>(),
        Mirror::of::<tz_ppc::TzPpc>(),
        Mirror::of::<virt_ctrl::VirtCtrl>(),
        Mirror::of::<xlnx_zdma::XlnxZdma>(),
    ]
}
