import { paths } from "@/lib/paths";
import { PlainLink } from "@/ui/links";
import classes from "./Frame.module.css";

export function Brand() {
  return (
    <PlainLink to={paths.home()} className={classes.brand} aria-label="Tutti">
      <img src="/favicon.svg" width={26} height={26} alt="" />
      <span className={classes.brandName}>Tutti</span>
    </PlainLink>
  );
}
